#include "proxy/net/http_link.h"

#include <sys/socket.h>

#include <cerrno>

namespace bauta {

bool HttpLink::is_quiet() {
  char octet = 0;
  const auto count = ::recv(socket().socket().native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void LinksInUse::close() {
  is_closed_ = true;
  for (HttpLink* link : links_) link->socket().close();
}

}  // namespace bauta
