#include <stdio.h>
#include <string.h>

#include "init.h"

static void start_on_host(const struct json *m) {
  session_start(&(struct process_request){.session = json_number(m, "session", 0), .request = json_number(m, "id", 0), .process = json_get(m, "process")});
}

static void signal_session(const struct json *m) { session_signal(json_number(m, "session", 0), json_number(m, "signal", 0)); }

static void resize_session(const struct json *m) {
  session_resize(json_number(m, "session", 0), json_number(m, "columns", 80), json_number(m, "rows", 24));
}

static void to_stub(const struct json *m) { invocation_control(json_number(m, "session", 0), json_get(m, "message")); }

static void ping(const struct json *m) { reply_ok(json_number(m, "id", 0)); }

static void job(const struct json *m, void (*work)(const struct json *)) { job_start(json_number(m, "id", 0), work, m); }
static void upper(const struct json *m) { job(m, list_upper); }
static void pack(const struct json *m) { job(m, pack_upper); }
static void archive(const struct json *m) { job(m, pack_path); }
static void extract(const struct json *m) { job(m, unpack_path); }
static void stat_one(const struct json *m) { job(m, stat_path); }
static void make_directory(const struct json *m) { job(m, make_path); }
static void delete(const struct json *m) { job(m, delete_path); }
static void write_back(const struct json *m) { job(m, sync_volumes); }

static const struct {
  const char *name;
  void (*run)(const struct json *message);
} operations[] = {{"start", container_start}, {"exec", container_exec},     {"spawn", start_on_host},   {"signal", signal_session},
                  {"resize", resize_session}, {"freeze", container_freeze}, {"remove", container_remove}, {"processes", container_processes},
                  {"upper", upper},           {"pack", pack},               {"archive", archive},       {"extract", extract},
                  {"stat", stat_one},         {"mkdir", make_directory},    {"delete", delete},         {"sync", write_back},
                  {"network", container_network}, {"add-bridge", bridge_add}, {"remove-bridge", bridge_remove}, {"answer", resolver_answer},
                  {"stub", to_stub},          {"ping", ping},               {"settle", settle},         {"resume", resume}};

void control_receive(char *bytes, size_t length) {
  struct json *message = json_parse(bytes, length);
  const char *name = json_string(message, "op", "");
  size_t i = 0;
  while (i < sizeof operations / sizeof *operations && strcmp(operations[i].name, name)) i++;
  if (i < sizeof operations / sizeof *operations) operations[i].run(message);
  else fprintf(stderr, "init: unknown request %s\n", name);
  json_free(message);
}
