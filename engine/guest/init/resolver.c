// Docker's name server at 127.0.0.11, for containers on networks of the user's: a socket in each one's network namespace. The
// engine knows the names; a question goes to it over the link as it came, and the answer back.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "network.h"

#define ADDRESS 0x7f00000b  // 127.0.0.11
// Not 53, which a name server in the container may want at every address. Nor a port that the kernel gives by itself.
#define PORT 61053
#define MESSAGE 4096  // bytes of a question or an answer, at most
#define CONNECTIONS 8
#define QUESTIONS 256
#define PATIENCE 4000  // milliseconds for a name server of the container's own

struct connection {
  struct connection *next;
  struct resolver *resolver;
  struct watch watch;
  bool ended;  // nothing more is asked; what was is still answered
  size_t filled;
  unsigned char buffer[2 + MESSAGE];
};

struct resolver {
  char container[65];
  int network;
  struct watch udp, tcp;
  struct connection *connections;
};

// Asked and not yet answered.
struct question {
  struct question *next;
  uint32_t id;
  struct resolver *resolver;  // NULL when it is gone
  struct connection *connection;
  struct sockaddr_in client;
  size_t length;
  unsigned char message[MESSAGE];
  // Handed on to name servers of the container's own, one after another:
  struct watch upstream;
  struct timer timer;
  struct in_addr servers[3];
  int server_count, next_server;
};
static struct question *questions;
static int question_count;

// ---- questions --------------------------------------------------------------------------------------------------------

static void forget(struct question *q) {
  for (struct question **at = &questions; *at; at = &(*at)->next) {
    if (*at != q) continue;
    *at = q->next;
    question_count--;
    break;
  }
  watch_close(&q->upstream);
  q->resolver = NULL;
  q->next = NULL;
  // A timer that runs still points here; it frees it.
  if (!q->timer.set) free(q);
}

static void ask(struct resolver *r, struct connection *connection, const struct sockaddr_in *client, const unsigned char *message, size_t length) {
  static uint32_t last;
  if (question_count == QUESTIONS) {
    // Whoever floods loses its oldest questions.
    struct question *oldest = questions;
    while (oldest->next) oldest = oldest->next;
    forget(oldest);
  }
  struct question *q = calloc(1, sizeof *q);
  if (!q) _exit(111);
  *q = (struct question){.next = questions, .id = ++last, .resolver = r, .connection = connection, .length = length, .upstream = {.fd = -1}};
  if (client) q->client = *client;
  memcpy(q->message, message, length);
  questions = q;
  question_count++;
  struct text t = {0};
  text_print(&t, "{\"event\":\"question\",\"question\":%u,\"container\":\"%s\",\"message\":\"", q->id, r->container);
  text_base64(&t, message, length);
  text_print(&t, "\"}");
  link_control(&t);
  text_free(&t);
}

static bool has_questions(const struct connection *c) {
  for (const struct question *q = questions; q; q = q->next)
    if (q->connection == c) return true;
  return false;
}

static void hang_up(struct connection *c) {
  for (struct question *q = questions, *next; q; q = next) {
    next = q->next;
    if (q->connection == c) forget(q);
  }
  for (struct connection **at = &c->resolver->connections; *at; at = &(*at)->next) {
    if (*at != c) continue;
    *at = c->next;
    break;
  }
  watch_close(&c->watch);
  free(c);
}

static void answer(struct question *q, const unsigned char *message, size_t length) {
  if (length > MESSAGE) length = 0;
  struct connection *c = q->connection;
  if (length && c) {
    unsigned char framed[2 + MESSAGE];
    framed[0] = length >> 8;
    framed[1] = length;
    memcpy(framed + 2, message, length);
    // One that does not read its answers loses them.
    send(c->watch.fd, framed, 2 + length, MSG_DONTWAIT | MSG_NOSIGNAL);
  } else if (length && q->resolver) {
    sendto(q->resolver->udp.fd, message, length, MSG_DONTWAIT, (struct sockaddr *)&q->client, sizeof q->client);
  }
  forget(q);
  if (c && c->ended && !has_questions(c)) hang_up(c);
}

// ---- sockets in the container -----------------------------------------------------------------------------------------

static void udp_ready(struct watch *w, uint32_t events) {
  (void)events;
  unsigned char message[MESSAGE];
  struct sockaddr_in client;
  socklen_t size = sizeof client;
  ssize_t n = recvfrom(w->fd, message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&client, &size);
  if (n > 0) ask(w->owner, NULL, &client, message, n);
}

static void connection_ready(struct watch *w, uint32_t events) {
  (void)events;
  struct connection *c = w->owner;
  ssize_t n = read(w->fd, c->buffer + c->filled, sizeof c->buffer - c->filled);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n < 0 || (n == 0 && !has_questions(c))) {
    hang_up(c);
    return;
  }
  if (n == 0) {
    c->ended = true;
    watch_for(w, 0);
    return;
  }
  c->filled += n;
  while (c->filled >= 2) {
    size_t length = c->buffer[0] << 8 | c->buffer[1];
    if (length > MESSAGE) {
      hang_up(c);
      return;
    }
    if (c->filled < 2 + length) return;
    if (length) ask(c->resolver, c, NULL, c->buffer + 2, length);
    c->filled -= 2 + length;
    memmove(c->buffer, c->buffer + 2 + length, c->filled);
  }
}

static void tcp_ready(struct watch *w, uint32_t events) {
  (void)events;
  struct resolver *r = w->owner;
  int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), count = 0;
  if (fd < 0) return;
  struct connection *oldest = NULL;
  for (struct connection *c = r->connections; c; c = c->next) count++, oldest = c;
  if (count == CONNECTIONS) hang_up(oldest);
  struct connection *c = calloc(1, sizeof *c);
  if (!c) _exit(111);
  c->resolver = r;
  c->watch = (struct watch){.fd = fd, .ready = connection_ready, .owner = c};
  c->next = r->connections;
  r->connections = c;
  watch_for(&c->watch, EPOLLIN);
}

static int listen_in(int network, int type) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = {htonl(ADDRESS)}};
  int fd = socket_in(network, AF_INET, type | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (!bind(fd, (struct sockaddr *)&at, sizeof at) && (type == SOCK_DGRAM || !listen(fd, CONNECTIONS))) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

struct resolver *resolver_open(const char *container, int network) {
  struct resolver *r = calloc(1, sizeof *r);
  if (!r) _exit(111);
  snprintf(r->container, sizeof r->container, "%s", container);
  r->network = network;
  r->udp = (struct watch){.fd = listen_in(network, SOCK_DGRAM), .ready = udp_ready, .owner = r};
  r->tcp = (struct watch){.fd = r->udp.fd < 0 ? -1 : listen_in(network, SOCK_STREAM), .ready = tcp_ready, .owner = r};
  if (r->tcp.fd < 0) {
    int error = errno;
    resolver_close(r);
    errno = error;
    return NULL;
  }
  watch_for(&r->udp, EPOLLIN);
  watch_for(&r->tcp, EPOLLIN);
  return r;
}

void resolver_close(struct resolver *r) {
  while (r->connections) hang_up(r->connections);
  for (struct question *q = questions, *next; q; q = next) {
    next = q->next;
    if (q->resolver == r) forget(q);
  }
  watch_close(&r->udp);
  watch_close(&r->tcp);
  free(r);
}

// ---- name servers of the container's own ------------------------------------------------------------------------------

static void try_next_server(struct question *q);

static void upstream_ready(struct watch *w, uint32_t events) {
  (void)events;
  unsigned char message[MESSAGE];
  struct question *q = w->owner;
  ssize_t n = recv(w->fd, message, sizeof message, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // An answer to another question than ours is nobody's.
  if (n >= 12 && !memcmp(message, q->message, 2)) answer(q, message, n);
  else if (n < 0) try_next_server(q);
}

static void patience_ends(struct timer *t) {
  struct question *q = (struct question *)((char *)t - offsetof(struct question, timer));
  if (q->resolver) try_next_server(q);
  else free(q);
}

static void try_next_server(struct question *q) {
  watch_close(&q->upstream);
  while (q->next_server < q->server_count) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = q->servers[q->next_server++]};
    q->upstream = (struct watch){.fd = socket_in(q->resolver->network, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), .ready = upstream_ready, .owner = q};
    if (q->upstream.fd < 0) continue;
    if (!connect(q->upstream.fd, (struct sockaddr *)&at, sizeof at) && send(q->upstream.fd, q->message, q->length, 0) == (ssize_t)q->length) {
      watch_for(&q->upstream, EPOLLIN);
      q->timer.later = patience_ends;
      timer_set(&q->timer, PATIENCE);
      return;
    }
    watch_close(&q->upstream);
  }
  // SERVFAIL, to the question as it was asked (RFC 1035, 4.1.1).
  unsigned char message[MESSAGE];
  memcpy(message, q->message, q->length);
  message[2] |= 0x80;
  message[3] = 0x80 | 2;
  answer(q, message, q->length);
}

void resolver_answer(const struct json *m) {
  uint32_t id = json_number(m, "question", 0);
  struct question *q = questions;
  while (q && q->id != id) q = q->next;
  if (!q || !q->resolver) return;
  json_each(server, json_get(m, "servers"))
    if (q->server_count < 3 && server->kind == JSON_STRING && inet_aton(server->text, &q->servers[q->server_count])) q->server_count++;
  if (q->server_count && q->length >= 12) {
    try_next_server(q);
    return;
  }
  const char *text = json_string(m, "message", "");
  unsigned char message[MESSAGE + 4];
  answer(q, message, strlen(text) / 4 * 3 > MESSAGE ? 0 : base64_decode(text, message));
}

// ---- the way there ----------------------------------------------------------------------------------------------------

static int load(const struct bpf_insn *code, size_t count, int type) {
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR, .insn_cnt = count, .insns = (uintptr_t)code,
                         .license = (uintptr_t) "MIT", .expected_attach_type = type};
  return syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
}

// A program on the cgroup of all containers that turns port `from` of the resolver's address into `to`.
static int redirect(int cgroup, int type, uint16_t from, uint16_t to) {
  enum { RESULT, CONTEXT, VALUE };
  const int address = offsetof(struct bpf_sock_addr, user_ip4), port = offsetof(struct bpf_sock_addr, user_port);
  const struct bpf_insn code[] = {
      {BPF_LDX | BPF_MEM | BPF_W, VALUE, CONTEXT, address, 0},
      {BPF_JMP32 | BPF_JNE | BPF_K, VALUE, 0, 4, htonl(ADDRESS)},
      {BPF_LDX | BPF_MEM | BPF_W, VALUE, CONTEXT, port, 0},
      {BPF_JMP32 | BPF_JNE | BPF_K, VALUE, 0, 2, htons(from)},
      {BPF_ALU64 | BPF_MOV | BPF_K, VALUE, 0, 0, htons(to)},
      {BPF_STX | BPF_MEM | BPF_W, CONTEXT, VALUE, port, 0},
      {BPF_ALU64 | BPF_MOV | BPF_K, RESULT, 0, 0, 1},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  int program = load(code, sizeof code / sizeof *code, type);
  if (program < 0) return -1;
  union bpf_attr attach = {.target_fd = cgroup, .attach_bpf_fd = program, .attach_type = type};
  int failed = syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach), error = errno;
  close(program);
  errno = error;
  return failed;
}

int resolver_redirect(void) {
  int cgroup = open(CGROUP_ROOT "/docker", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (cgroup < 0) return -1;
  // Out to where the resolver listens; what comes from there seems to come from where it was asked.
  bool good = !redirect(cgroup, BPF_CGROUP_INET4_CONNECT, 53, PORT) && !redirect(cgroup, BPF_CGROUP_UDP4_SENDMSG, 53, PORT) &&
              !redirect(cgroup, BPF_CGROUP_UDP4_RECVMSG, PORT, 53) && !redirect(cgroup, BPF_CGROUP_INET4_GETPEERNAME, PORT, 53);
  int error = errno;
  close(cgroup);
  errno = error;
  return good ? 0 : -1;
}
