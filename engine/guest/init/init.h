// What the parts of Drydock's init share. PID 1 is single-threaded: one epoll loop; whatever may wait runs in a child.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "json.h"

// ---- loop.c: file descriptors and timers ----------------------------------------------------------------------------

struct watch {
  int fd;
  uint32_t events;  // what epoll watches now; 0: not registered
  void (*ready)(struct watch *watch, uint32_t events);
  void *owner;
};
// Watches for `events` (EPOLLIN and EPOLLOUT; 0: for nothing).
void watch_for(struct watch *watch, uint32_t events);
void watch_close(struct watch *watch);
void loop_run(void) __attribute__((noreturn));
// Calls `later` once, after about `ms` milliseconds. The timer must stay in place until then.
struct timer {
  int64_t due;
  void (*later)(struct timer *timer);
  struct timer *next;
  bool set;
};
void timer_set(struct timer *timer, int ms);

// ---- link.c: frames over /dev/hvc0 ----------------------------------------------------------------------------------

enum frame_type { FRAME_CONTROL = 1, FRAME_DATA, FRAME_CREDIT, FRAME_END, FRAME_ACK, FRAME_CANCEL };
enum { FRAME_MORE = 1 };

// Layout of every frame's head, little-endian, on the link and on the docker stub's socket alike.
struct frame {
  uint16_t length;  // of the payload that follows
  uint8_t type;
  uint8_t flags;
  uint32_t stream;
  uint32_t received;  // frames taken from the other side so far, modulo 2^32
};
#define FRAME_PAYLOAD 16384  // most that the guest sends in a frame; the host sends at most 4096 - sizeof(struct frame)

void link_open(void);
void link_begin(void);
void link_send(enum frame_type type, uint32_t stream, const void *payload, size_t length);
// Sends a payload that stands at `buffer + sizeof(struct frame)`, without copying it.
void link_send_inplace(enum frame_type type, uint32_t stream, char *buffer, size_t length);
void link_control(const struct text *message);
// Starts `{"re":REQUEST` of an answer; the caller adds members and the closing brace.
void reply_begin(struct text *text, double request);
void reply_ok(double request);
void reply_error(double request, const char *stage, int error, const char *subject, const char *message);

// ---- control.c ------------------------------------------------------------------------------------------------------

void control_receive(char *message, size_t length);

// ---- queue.c: bytes waiting for a file descriptor to take them -------------------------------------------------------

struct queue {
  char *bytes;
  size_t from, to, room;
};
void queue_add(struct queue *queue, const void *bytes, size_t length);
// Writes what the descriptor takes. Returns the bytes written, or -1 if the other side is gone.
ssize_t queue_flush(struct queue *queue, int fd);
size_t queue_size(const struct queue *queue);
void queue_free(struct queue *queue);

// ---- session.c: a process with streams ------------------------------------------------------------------------------

// Streams of session S are S*4 + 0 (stdin), 1 (stdout), 2 (stderr). Sessions the host opens are odd, the guest's even.
enum { STDIN = 0, STDOUT = 1, STDERR = 2, STREAMS = 3 };
#define STDIN_CREDIT 65536  // bytes the host may send ahead to a process's stdin
#define OUTPUT_CREDIT 262144  // bytes init may send ahead of the host's reader

struct session {
  struct session *next;
  uint32_t id;
  pid_t pid;
  bool tty, started, reaped;
  struct container *container;  // of a container's first process or of an exec
  bool first;                   // the container's first process
  double request;               // answered once the process is exec'ed or has failed
  struct watch status;          // the child's report
  struct status_report *failure;
  struct watch in, out[2];  // with a tty: in and out[0] are its master
  struct queue stdin_queue;
  uint32_t stdin_owed;  // credit not yet given back
  bool stdin_ends;
  uint32_t credit[2];
};

struct process_request {
  uint32_t session;
  double request;
  const struct json *process;
  struct container *container;  // NULL: on the guest host
  const struct json *spec;      // the container's document when this is its first process
};
// Starts a process; answers the request when it has been exec'ed or has failed.
void session_start(const struct process_request *request);
struct session *session_find(uint32_t id);
void session_reaped(pid_t pid, int status);
void session_signal(uint32_t id, int signal);
void session_resize(uint32_t id, int columns, int rows);
void session_data(uint32_t stream, const char *bytes, size_t length);
void session_credit(uint32_t stream, uint32_t bytes);
void session_end(uint32_t stream);
void session_cancel(uint32_t stream);

// ---- child.c: between clone and exec --------------------------------------------------------------------------------

// Everything a child needs to become the process; built before clone, read only after.
struct child {
  const struct json *process;
  const struct json *spec;  // container start only
  const char *merged;       // container start only
  bool loopback;            // in a network namespace that has nothing yet
  int container_pidfd;      // exec only, else -1
  int status;               // SOCK_SEQPACKET to init, close-on-exec
  int stdio[3];             // pipe ends when there is no tty
};
void child_main(const struct child *child) __attribute__((noreturn));
// Reports a failure to init and ends the child.
void child_fail(const char *stage, int error, const char *subject, const char *format, ...)
    __attribute__((noreturn, format(printf, 4, 5)));

// ---- rootfs.c, mounts.c, identity.c, console.c: parts of the child's work, each failing by child_fail -----------------

// Makes `merged` the root, with the spec's mounts and devices in it. Leaves masks and read-only parts to rootfs_finish.
void rootfs_enter(const struct json *spec, const char *merged, bool loopback);
void rootfs_finish(const struct json *spec, const char *cwd);
// Does the spec's mounts below the directory `root`.
void mounts_make(const struct json *spec, int root);
unsigned long mount_flag(const char *option, unsigned long *clear);
void devices_make(const struct json *spec);
// Opens a path below `root` (symbolic links cannot leave it) with O_PATH; creates a missing file or directory. -1 with errno.
int open_below(int root, const char *path, bool directory);
void child_send_tty(int master);
void identity_limits(const struct json *process);
void identity_assume(const struct json *process);
void console_open(const struct json *process, bool in_container);
void process_exec(const struct json *process) __attribute__((noreturn));
// Creates a directory and its parents (mode 0755). Returns -1 with errno.
int make_directories(const char *path, mode_t mode);

// ---- container.c ----------------------------------------------------------------------------------------------------

struct container {
  struct container *next;
  char id[65];
  bool running;
  bool mounted;
  pid_t pid;
  int pidfd, pid_namespace, cgroup;  // -1 when there is none
  struct watch writes;               // fanotify on its overlay
  struct sandbox *sandbox;           // its network, when that is its own
};
// Lets a cgroup's processes use devices as config-linux.md's `devices` rules say; without rules, all. -1 with errno.
int device_rules_set(int cgroup, const struct json *rules);
struct container *container_find(const char *id);
void container_each(void (*visit)(struct container *container));
void container_began(struct container *container, pid_t pid);
void container_start(const struct json *message);
void container_exec(const struct json *message);
void container_freeze(const struct json *message);
void container_remove(const struct json *message);
void container_processes(const struct json *message);
void container_network(const struct json *message);
// Puts away what a started container had. Returns whether the kernel's OOM killer took any of its processes.
bool container_ended(struct container *container);
void container_sweep(void);

// ---- sandbox.c, bridge.c, resolver.c: networks --------------------------------------------------------------------------

struct sandbox;
// Forwarding, the firewall and the default bridge, before the snapshot.
void networks_open(void);
// Makes a network namespace with the endpoints, ports and resolver of a `network` document (engine/machine/README.md). Gives
// what failed, with errno, or NULL.
const char *sandbox_open(struct sandbox **made, const char *container, const struct json *network);
// Makes the namespace known under its key once a process is in it.
void sandbox_began(struct sandbox *sandbox, pid_t pid);
void sandbox_close(struct sandbox *sandbox);
void sandbox_change(struct sandbox *sandbox, const char *container, const struct json *message);
int sandbox_network(const struct sandbox *sandbox);
// Takes init itself to another network namespace, and back. Only what is made in between belongs there.
int network_enter(int network);
void network_leave(void);
int bridge_make(const char *name, const char *address, int prefix, const char *mac, int mtu, bool internal);
void bridge_add(const struct json *message);
void bridge_remove(const struct json *message);
void resolver_answer(const struct json *message);

// ---- job.c: work done by a forked child that answers a request when it ends -------------------------------------------

// Runs `work` in a child; the request is answered with what it leaves: `{}` on 0, or the error that job_fail reported.
void job_start(double request, void (*work)(const struct json *message), const struct json *message);
void job_reaped(pid_t pid, int status);
// Adds to the answer of the job's request: members of a JSON object, each after a comma. Small things only.
void job_answer(const struct text *members);
void job_fail(int error, const char *subject, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));

// ---- jobs -------------------------------------------------------------------------------------------------------------

void pack_upper(const struct json *message);
void list_upper(const struct json *message);
void pack_path(const struct json *message);
void unpack_path(const struct json *message);
void stat_path(const struct json *message);
void make_path(const struct json *message);
void delete_path(const struct json *message);
void sync_volumes(const struct json *message);

// ---- changes.c: what happens in writable layers -------------------------------------------------------------------------

void changes_open(void);
void changes_watch(struct container *container);
void changes_unwatch(struct container *container);
void changes_resume(struct container *container);

// ---- invocation.c: the docker stub's side in init -----------------------------------------------------------------------

void invocation_listen(void);
bool invocation_owns(uint32_t session);
void invocation_frame(const struct frame *frame, const char *payload);
void invocation_control(uint32_t session, const struct json *message);

// ---- workspace.c: the learner's files, over a port of their own ------------------------------------------------------------------------

// Mounts the workspace from a child, then answers the request.
void workspace_mount(double request);

// ---- boot.c, resume.c -----------------------------------------------------------------------------------------------------

void boot(void);
void settle(const struct json *message);
void resume(const struct json *message);

// ---- docker.c -------------------------------------------------------------------------------------------------------------

int docker_main(int argc, char **argv);

// ---- util.c ---------------------------------------------------------------------------------------------------------------

#define DOCKER_ROOT "/var/lib/docker"
#define OVERLAY_ROOT DOCKER_ROOT "/overlay2"
#define CONTAINER_ROOT DOCKER_ROOT "/containers"
#define VOLUME_ROOT DOCKER_ROOT "/volumes"
#define CGROUP_ROOT "/sys/fs/cgroup"
#define STUB_SOCKET "/run/drydock.sock"
#define WORKSPACE "/root/project"

int64_t now_ms(void);
int write_file(const char *path, const char *text);  // -1 with errno
size_t base64_decode(const char *text, unsigned char *bytes);
void text_base64(struct text *text, const unsigned char *bytes, size_t length);
// Gives up what sets init apart: blocked signals, priority, safety from the OOM killer.
void become_ordinary(int oom_score);
int delete_tree(const char *path);  // 0 or an errno
