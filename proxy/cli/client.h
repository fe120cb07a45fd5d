#pragma once

#include <json/value.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "proxy/cli/which_server.h"
#include "proxy/net/form.h"
#include "storage/store/result.h"

namespace bauta {

/// Where the server is, and who asks.
struct ClientOptions {
  std::string url = "http://127.0.0.1:8080";
  /// The header Bauta-Service; "": none, and the server chooses.
  std::string service = {};
  /// "": none is sent.
  std::string key = {};
  /// Before what was not answered is sent again.
  std::chrono::milliseconds pause_before_retry{500};
  /// What is asked there.
  Face face = Face::api;
};

/// What the server answered with a success.
struct Reply {
  /// As it came; "": there was none (204).
  std::string body = {};
  /// The same, read.
  Json::Value json = {};
};

/// The API from the other side.  Every call blocks until it is answered or the time for it is over, and is used by one thread.
///
/// What the server refuses is an Error with the problem's own code, detail and faults.  The client's own codes:
/// server.unreachable (nothing was done), server.outcome_unknown (sent, not answered: it may have been done), server.not_bauta.
class Client {
 public:
  /// Codes: usage.url.
  static Result<std::unique_ptr<Client>> make(ClientOptions options);
  ~Client();

  /// Where it is, for what no call can do.
  const ClientOptions& options() const;
  Result<Reply> get(const std::string& path, const Form& query = {});
  /// Sent with a random Idempotency-Key, and again with the same one if the answer is lost, so that it is done once.
  Result<Reply> post(const std::string& path, std::string body);
  Result<Reply> patch(const std::string& path, std::string body);
  Result<Reply> remove(const std::string& path);

  /// The first `items_max` items of a list, page by page; `next_cursor` of the reply is where more of them begin.
  Result<Reply> list(const std::string& path, const Form& query, std::size_t items_max);

 private:
  struct Parts;
  explicit Client(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// What a command ends with: the server was not reached, the words were wrong (usage.…), or it was refused.
int exit_code_of(const Error& error);

/// Something of the server's as one segment of a path, after `folder`: "/api/v1/keys/" and "key_…".
std::string path_to(std::string folder, const std::string& segment);

/// The parameters of a query that have a value.
Form those_given(Form parameters);

}  // namespace bauta
