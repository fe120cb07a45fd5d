#pragma once

#include <vector>

#include "pool/address/real_address.h"

namespace bauta {

/// Other canonical spellings under which the same telephone may be known, where a carrier and a numbering plan disagree:
///
///     Mexico      +52 1 and ten digits         without the 1 (mobiles had it until 2019)
///     Argentina   +54 9 and ten digits         without the 9 (a mobile, as carriers of texts write it)
///     Brazil      +55, area, nine digits       without their leading 9 (added to mobiles from 2012 to 2016)
///     Italy       +39 0 and an area            without the 0
///     San Marino  +378 0549 and six digits     without the 0549, or as +39 0549
///
/// each in both directions; empty for everybody else.  Costs no metadata.  For a sender whose exact address is nobody's: an exact match
/// always beats these, and two that match mean no guess.
std::vector<RealAddress> other_spellings(const RealAddress& address);

/// All spellings of the same telephone, `address` itself first: whoever asks what is stored about a person means every one of them.  A few at most.
std::vector<RealAddress> all_spellings(const RealAddress& address);

/// The one of these that the numbering plan gives the telephone today (Mexico without its 1, Argentina with its 9, Brazil with nine digits, Italy with its
/// zero, San Marino as +378 0549): the same for every spelling of one telephone, and for everybody else the address itself.
RealAddress today_spelt(const RealAddress& address);

}  // namespace bauta
