// Running `docker` stubs: their frames go to the host and back, with the session number put in and taken out.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "init.h"

struct invocation {
  struct invocation *next;
  uint32_t id;
  struct watch stub;
  struct queue out;
  struct text control;  // a message that comes in several frames
  bool announced;
  size_t filled;
  char buffer[sizeof(struct frame) + FRAME_PAYLOAD];
};
static struct invocation *invocations;
static struct watch listener = {.fd = -1};

static struct invocation *find(uint32_t id) {
  for (struct invocation *i = invocations; i; i = i->next)
    if (i->id == id) return i;
  return NULL;
}

bool invocation_owns(uint32_t session) { return session && session % 2 == 0; }

static void end(struct invocation *inv) {
  for (struct invocation **at = &invocations; *at; at = &(*at)->next) {
    if (*at != inv) continue;
    *at = inv->next;
    break;
  }
  watch_close(&inv->stub);
  queue_free(&inv->out);
  text_free(&inv->control);
  if (inv->announced) {
    struct text t = {0};
    text_print(&t, "{\"event\":\"hangup\",\"session\":%u}", inv->id);
    link_control(&t);
    text_free(&t);
  }
  free(inv);
}

static void tell_host(struct invocation *inv) {
  struct text t = {0};
  text_print(&t, "{\"event\":\"%s\",\"session\":%u,\"message\":", inv->announced ? "stub" : "invocation", inv->id);
  text_add(&t, inv->control.bytes, inv->control.length);
  text_add(&t, "}", 1);
  link_control(&t);
  text_free(&t);
  inv->announced = true;
  inv->control.length = 0;
}

static void take(struct invocation *inv, const struct frame *f, const char *payload) {
  if (f->type == FRAME_CONTROL) {
    text_add(&inv->control, payload, f->length);
    if (!(f->flags & FRAME_MORE)) tell_host(inv);
  } else if (inv->announced && f->stream < STREAMS) {
    link_send(f->type, inv->id * 4 + f->stream, payload, f->length);
  }
}

static void ready(struct watch *w, uint32_t events) {
  struct invocation *inv = w->owner;
  if (events & EPOLLOUT) {
    if (queue_flush(&inv->out, w->fd) < 0) return end(inv);
    if (!queue_size(&inv->out)) watch_for(w, EPOLLIN);
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  ssize_t n = read(w->fd, inv->buffer + inv->filled, sizeof inv->buffer - inv->filled);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return end(inv);
  inv->filled += n;
  size_t at = 0;
  struct frame f;
  while (inv->filled - at >= sizeof f) {
    memcpy(&f, inv->buffer + at, sizeof f);
    if (f.length > FRAME_PAYLOAD) return end(inv);  // not our stub
    if (inv->filled - at < sizeof f + f.length) break;
    take(inv, &f, inv->buffer + at + sizeof f);
    at += sizeof f + f.length;
  }
  memmove(inv->buffer, inv->buffer + at, inv->filled - at);
  inv->filled -= at;
}

static void send_frame(struct invocation *inv, struct frame f, const char *payload) {
  queue_add(&inv->out, &f, sizeof f);
  queue_add(&inv->out, payload, f.length);
  if (queue_flush(&inv->out, inv->stub.fd) < 0) return;  // its end of file comes by itself
  watch_for(&inv->stub, queue_size(&inv->out) ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void invocation_frame(const struct frame *f, const char *payload) {
  struct invocation *inv = find(f->stream / 4);
  if (!inv) return;
  struct frame inner = *f;
  inner.stream = f->stream % 4;
  send_frame(inv, inner, payload);
}

static void print(struct text *t, const struct json *v) {
  switch (v ? v->kind : JSON_NULL) {
    case JSON_NUMBER: text_print(t, "%.0f", v->number); break;
    case JSON_BOOL: text_print(t, v->number ? "true" : "false"); break;
    case JSON_STRING: text_quote(t, v->text); break;
    case JSON_OBJECT:
      json_each(item, v) {
        text_print(t, item == v->first ? "{" : ",");
        text_quote(t, item->key);
        text_print(t, ":");
        print(t, item);
      }
      text_print(t, v->first ? "}" : "{}");
      break;
    default: text_print(t, "null");
  }
}

void invocation_control(uint32_t session, const struct json *message) {
  struct invocation *inv = find(session);
  if (!inv) return;
  struct text t = {0};
  print(&t, message);
  send_frame(inv, (struct frame){.length = t.length, .type = FRAME_CONTROL}, t.bytes);
  text_free(&t);
}

static void connected(struct watch *w, uint32_t events) {
  (void)events;
  static uint32_t last;
  int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  struct invocation *inv = calloc(1, sizeof *inv);
  if (!inv) _exit(111);
  inv->id = last += 2;
  inv->stub = (struct watch){.fd = fd, .ready = ready, .owner = inv};
  inv->next = invocations;
  invocations = inv;
  watch_for(&inv->stub, EPOLLIN);
}

void invocation_listen(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = STUB_SOCKET};
  listener = (struct watch){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .ready = connected};
  bind(listener.fd, (struct sockaddr *)&address, sizeof address);
  chmod(STUB_SOCKET, 0660);
  listen(listener.fd, 64);
  watch_for(&listener, EPOLLIN);
}
