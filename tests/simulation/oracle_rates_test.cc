#include "tests/simulation/history.h"

// The buckets of numbers and connections.
namespace bauta::simulation {
namespace {

class OracleOfRates : public History {
 protected:
  OracleOfRates() {
    open("s", {{"ann", "one"}, {"ben", "two"}});
    for (int text = 0; text < 100; ++text) say(std::to_string(text));
  }
  /// The next text leaves.
  void leave() { hand_over(std::to_string(next_++)); }
  void leave(int texts) {
    for (int text = 0; text < texts; ++text) leave();
  }

 private:
  int next_ = 0;
};

// What is granted is a second's worth at once, and two seconds between a turn and its use.

TEST_F(OracleOfRates, SeesANumberThatIsGivenMoreThanItsRate) {
  oracle.number_is("two", "service", "US", 1);
  leave(3);
  EXPECT_EQ(broken(), 0);
  leave();
  EXPECT_EQ(broken(), 5);
}

TEST_F(OracleOfRates, SeesAConnectionThatIsGivenMoreThanItsRate) {
  oracle.connection_is("alpha", 2);
  leave(6);
  EXPECT_EQ(broken(), 0);
  leave();
  EXPECT_EQ(broken(), 5);
}

TEST_F(OracleOfRates, SeesASlowerRateThanTheOneThatIsKept) {
  oracle.number_is("two", "service", "US", 0.5);
  for (int second = 0; second < 3; ++second) {
    at(second);
    leave();
  }
  EXPECT_EQ(broken(), 0);  // within what is granted
  at(3);
  leave();
  EXPECT_EQ(broken(), 5);
}

TEST_F(OracleOfRates, LetsANumberGoOnAtItsRate) {
  oracle.number_is("two", "service", "US", 1);
  for (int second = 0; second < 90; ++second) {
    at(second);
    leave();
  }
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfRates, KnowsNumbersWithoutARate) {
  leave(100);
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfRates, SeesThatALeapOfTheClockBringsNoTurns) {
  oracle.number_is("two", "service", "US", 1);
  leave(3);
  oracle.leapt(now(), 30 * kSecond);
  at(30);
  leave();
  EXPECT_EQ(broken(), 5);
}

TEST_F(OracleOfRates, CountsOnAfterALeap) {
  oracle.number_is("two", "service", "US", 1);
  leave(3);
  oracle.leapt(now(), 30 * kSecond);
  for (int second = 1; second < 20; ++second) {
    at(30 + second);
    leave();
  }
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfRates, LetsAProcessThatStartsBeginWithFullBuckets) {
  oracle.number_is("two", "service", "US", 1);
  leave(3);
  oracle.crashed();
  leave(3);
  EXPECT_EQ(broken(), 0);
  leave();
  EXPECT_EQ(broken(), 5);
}

}  // namespace
}  // namespace bauta::simulation
