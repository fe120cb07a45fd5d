#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "proxy/config/log.h"
#include "proxy/net/http_server.h"
#include "tests/unit/proxy/net/peers/raw_peer.h"
#include "tests/unit/proxy/net/peers/tls_client.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kHttp11 = "\x08http/1.1";
const std::string kHttp2 = "\x02h2";

Task<HttpResponse> hello(HttpRequest) { co_return text_response(200, "hello"); }
Task<HttpResponse> echo(HttpRequest request) {
  co_return text_response(200, std::move(request.body));
}

Router routes() {
  Router router;
  router.add("GET", "/hello", hello);
  router.add("POST", "/echo", echo);
  return router;
}

/// A connection and the TLS over it.
struct Client {
  RawPeer socket;
  TlsClient tls;

  explicit Client(RawPeer connected, const TlsClient::Options& options = {})
      : socket(std::move(connected)), tls(socket.fd(), options) {}
  std::string ask(std::string_view request, std::string_view end) {
    return tls.send(request) ? tls.read_until(end) : "(not sent)";
  }
};

class HttpServerTls : public ::testing::Test {
 protected:
  HttpServerTls()
      : folder(fs::temp_directory_path() / ("bauta-tls-" + std::to_string(::getpid()))) {
    fs::create_directories(folder);
    files = {.certificate_file = folder / "tls.pem", .key_file = folder / "tls.key"};
    put(first);
    log::set_sink([](std::string_view) {});
  }
  ~HttpServerTls() override {
    server.reset();
    threads.reset();
    log::set_sink(nullptr);
    fs::remove_all(folder);
  }

  void put(const TestCertificate& certificate) const {
    certificate.write_pem(files.certificate_file);
    certificate.write_key(files.key_file);
  }
  Result<std::unique_ptr<HttpServer>> try_start(HttpLimits limits = {}) {
    threads = std::make_unique<IoThreads>(1);
    return HttpServer::start(*threads,
                             {.name = "public",
                              .listen = "127.0.0.1:0",
                              .public_url = {},
                              .limits = limits,
                              .tls = files},
                             routes(), metrics);
  }
  void start(HttpLimits limits = {}) {
    auto started = try_start(limits);
    ASSERT_TRUE(started) << started.error().detail;
    server = *std::move(started);
    threads->run();
  }
  RawPeer connect() const { return RawPeer::connect_to(server->port()); }
  void await_exposed(const std::string& line) const {
    const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
    while (!metrics.expose().contains(line)) {
      ASSERT_LT(std::chrono::steady_clock::now(), patience) << line;
      std::this_thread::yield();
    }
  }
  /// What a start or a reload says of the files as they are.
  static std::string told(const auto& result) {
    return result ? "fine" : std::string(result.error().code) + ": " + result.error().detail;
  }

  const TestCertificate first = make_certificate("DNS:localhost");
  const TestCertificate second = make_certificate("DNS:localhost");
  fs::path folder;
  TlsFiles files;
  metrics::Instruments metrics{"0", "0"};
  std::unique_ptr<IoThreads> threads;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTls, ServesAsWithoutIt) {
  start();
  for (const auto& [version, name] :
       {std::pair(TLS1_2_VERSION, "TLSv1.2"), {TLS1_3_VERSION, "TLSv1.3"}}) {
    Client client(connect(), {.version_max = version, .protocols = kHttp2 + kHttp11});
    ASSERT_TRUE(client.tls.shake_hands());
    EXPECT_EQ(client.tls.version(), name);
    EXPECT_EQ(client.tls.protocol(), "http/1.1");
    EXPECT_TRUE(client.tls.met(first));
    for (int i = 0; i < 2; ++i)
      EXPECT_THAT(client.ask(kGet, "hello"), StartsWith("HTTP/1.1 200 OK\r\n"));
    const std::string body(200'000, 'b');  // many records
    EXPECT_THAT(client.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n\r\n" +
                               body + "$" + std::string(kGet) +
                               "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                           "$"),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr(body)));
    EXPECT_THAT(client.tls.read_until("hello"), StartsWith("HTTP/1.1 200 OK\r\n"))
        << "pipelined behind it";
    EXPECT_THAT(client.tls.read_to_end(), StartsWith("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(client.tls.saw_goodbye());
  }
}

TEST_F(HttpServerTls, ShakesHandsOnlyWithWhoSpeaksAsItDoes) {
  start();
  Client old(connect(), {.version_max = TLS1_1_VERSION});
  EXPECT_FALSE(old.tls.shake_hands());
  await_exposed("bauta_http_rejected_total{listener=\"public\",reason=\"tls_failed\"} 1\n");
  Client other_protocol(connect(), {.protocols = kHttp2});
  EXPECT_FALSE(other_protocol.tls.shake_hands());
  await_exposed("reason=\"tls_failed\"} 2\n");
  Client without_alpn(connect());
  EXPECT_TRUE(without_alpn.tls.shake_hands());
  EXPECT_THAT(without_alpn.ask(kGet, "hello"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTls, NeverAnswersPlainHttp) {
  start();
  auto plain = connect();
  plain.send(kGet);
  EXPECT_THAT(plain.read_to_end(), Not(HasSubstr("HTTP/")));
  await_exposed("reason=\"tls_failed\"} 1\n");
  auto vanishes = connect();
  vanishes.send("\x16\x03\x01");
  vanishes.shut_down_sending();
  await_exposed("reason=\"tls_failed\"} 2\n");
}

TEST_F(HttpServerTls, CutsOffWhoNeverFinishesTheHandshake) {
  start({.tls_handshake_timeout = milliseconds(50)});
  auto says_nothing = connect();
  auto half_a_hello = connect();
  half_a_hello.send("\x16\x03\x01\x02");
  EXPECT_EQ(says_nothing.read_to_end(), "");
  EXPECT_EQ(half_a_hello.read_to_end(), "");
  await_exposed("reason=\"tls_handshake_timeout\"} 2\n");
  await_exposed("bauta_http_connections{listener=\"public\"} 0\n");
}

TEST_F(HttpServerTls, CountsAConnectionFromItsHandshakeOn) {
  start({.tls_handshake_timeout = std::chrono::hours(1), .connections_max = 2});
  auto one = connect();
  auto other = connect();
  await_exposed("bauta_http_connections{listener=\"public\"} 2\n");
  Client third(connect());
  EXPECT_FALSE(third.tls.shake_hands()) << "closed, not answered: a handshake is dear";
  await_exposed("reason=\"overloaded\"} 1\n");
  one.close();
  await_exposed("bauta_http_connections{listener=\"public\"} 1\n");
  Client fourth(connect());
  EXPECT_TRUE(fourth.tls.shake_hands());
}

TEST_F(HttpServerTls, CutsOffWhoIsTooSlowWithin) {
  start({.header_timeout = milliseconds(50), .idle_timeout = milliseconds(50)});
  Client says_nothing(connect());
  ASSERT_TRUE(says_nothing.tls.shake_hands());
  Client half_a_head(connect());
  ASSERT_TRUE(half_a_head.tls.shake_hands());
  half_a_head.tls.send("GET /hello HTTP/1.1\r\nHost");
  EXPECT_EQ(says_nothing.tls.read_to_end(), "");
  EXPECT_EQ(half_a_head.tls.read_to_end(), "");
  await_exposed("reason=\"header_timeout\"} 1\n");
}

TEST_F(HttpServerTls, APeerThatReadsNothingDoesNotHoldAnAnswerForever) {
  start({.body_bytes_max = 30'000'000, .write_timeout = milliseconds(100)});
  Client client(connect());
  ASSERT_TRUE(client.tls.shake_hands());
  std::string body;
  body.resize(20'000'000, 'b');
  ASSERT_TRUE(
      client.tls.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n" + body));
  await_exposed("status=\"200\"} 1\n");
  EXPECT_LT(client.tls.read_to_end().size(), body.size());
}

TEST_F(HttpServerTls, TheAnswerReachesAPeerThatIsStillSending) {
  start();
  Client client(connect());
  ASSERT_TRUE(client.tls.shake_hands());
  client.tls.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" +
                  std::string(100'000, 'b'));
  EXPECT_THAT(client.tls.read_to_end(), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(client.tls.saw_goodbye());
}

TEST_F(HttpServerTls, AReloadShowsTheNewCertificateToNewConnectionsAlone) {
  start();
  Client before(connect());
  ASSERT_TRUE(before.tls.shake_hands());
  put(second);
  EXPECT_EQ(told(server->reload_certificate(files)), "fine");
  Client after(connect());
  ASSERT_TRUE(after.tls.shake_hands());
  EXPECT_TRUE(after.tls.met(second));
  EXPECT_THAT(before.ask(kGet, "hello"), StartsWith("HTTP/1.1 200 ")) << "it lives on";
  EXPECT_TRUE(before.tls.met(first));
  EXPECT_THAT(
      metrics.expose(),
      AllOf(HasSubstr("bauta_tls_reloads_total{listener=\"public\",outcome=\"reloaded\"} 1\n"),
            HasSubstr("bauta_tls_reloads_total{listener=\"public\",outcome=\"refused\"} 0\n")));
}

TEST_F(HttpServerTls, ReloadsWhileConnectionsComeIn) {
  start();
  std::atomic<bool> is_over = false;
  std::thread client([&] {
    while (!is_over) {
      Client one(connect());
      EXPECT_TRUE(one.tls.shake_hands());
      EXPECT_THAT(one.ask(kGet, "hello"), StartsWith("HTTP/1.1 200 "));
      EXPECT_TRUE(one.tls.met(first) || one.tls.met(second));
    }
  });
  for (int i = 0; i < 30; ++i) {
    put(i % 2 == 0 ? second : first);
    EXPECT_EQ(told(server->reload_certificate(files)), "fine");
  }
  is_over = true;
  client.join();
}

TEST_F(HttpServerTls, AReloadIsRefusedAsAWhole) {
  start();
  const auto refused = [&](std::string_view code) {
    EXPECT_THAT(told(server->reload_certificate(files)), StartsWith(code));
    Client client(connect());
    EXPECT_TRUE(client.tls.shake_hands());
    EXPECT_TRUE(client.tls.met(first)) << code;
  };
  second.write_pem(files.certificate_file);  // its key will come in a moment
  refused("tls.key_mismatch: [public] tls_key_file: ");
  put(make_certificate("DNS:localhost", nullptr, std::chrono::seconds(-60)));
  refused("tls.certificate_expired: [public] tls_certificate_file: ");
  fs::remove(files.certificate_file);
  refused("tls.certificate_unreadable: [public] tls_certificate_file: ");
  EXPECT_EQ(server->reload_certificate(std::nullopt).error().code, "tls.needs_restart");
  server->reload_refused();
  await_exposed("bauta_tls_reloads_total{listener=\"public\",outcome=\"refused\"} 5\n");
  put(second);
  EXPECT_EQ(told(server->reload_certificate(files)), "fine") << "mended";
}

TEST_F(HttpServerTls, DoesNotStartWithoutACertificateAndItsKey) {
  const auto starts = [&] { return told(try_start()); };
  EXPECT_EQ(starts(), "fine");

  second.write_key(files.key_file);
  EXPECT_THAT(starts(), AllOf(StartsWith("tls.key_mismatch: [public] tls_key_file: "),
                              HasSubstr(files.certificate_file)));
  const TestCertificate of_another_type{.key = {EVP_RSA_gen(2048), EVP_PKEY_free},
                                        .certificate = {}};
  of_another_type.write_key(files.key_file);
  EXPECT_THAT(starts(), StartsWith("tls.key_mismatch: "));
  first.write_key(files.key_file, "a passphrase");
  EXPECT_THAT(starts(), StartsWith("tls.key_unreadable: [public] tls_key_file: "));
  fs::remove(files.key_file);
  EXPECT_THAT(starts(), AllOf(StartsWith("tls.key_unreadable: "), HasSubstr("No such file")));
  first.write_key(files.key_file);

  std::ofstream(files.certificate_file) << "no certificate";
  EXPECT_THAT(starts(), StartsWith("tls.certificate_unreadable: [public] tls_certificate_file: "));
  fs::remove(files.certificate_file);
  EXPECT_THAT(starts(),
              AllOf(StartsWith("tls.certificate_unreadable: "), HasSubstr("No such file")));
}

TEST_F(HttpServerTls, SaysWhenItsCertificateExpires) {
  put(make_certificate("DNS:localhost", nullptr, std::chrono::seconds(-60)));
  EXPECT_EQ(told(try_start()), "fine") << "texts that wait are still delivered";
  const auto page = metrics.expose();
  const std::string name = "bauta_tls_certificate_expiry_timestamp_seconds{listener=\"public\"} ";
  const auto at = page.find(name);
  ASSERT_NE(at, std::string::npos);
  const auto expiry = std::stod(page.substr(at + name.size()));
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_LT(expiry, now);
  EXPECT_GT(expiry, now - 3'600);
}

TEST_F(HttpServerTls, APlainListenerStaysOne) {
  threads = std::make_unique<IoThreads>(1);
  const auto plain =
      HttpServer::start(*threads, {.name = "public", .listen = "127.0.0.1:0"}, routes(), metrics);
  ASSERT_TRUE(plain);
  EXPECT_EQ(told((*plain)->reload_certificate(std::nullopt)), "fine");
  EXPECT_EQ((*plain)->reload_certificate(files).error().code, "tls.needs_restart");
  EXPECT_THAT(metrics.expose(), Not(HasSubstr("bauta_tls_reloads_total{")));
}

}  // namespace
}  // namespace bauta
