#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

size_t queue_size(const struct queue *q) { return q->to - q->from; }

void queue_add(struct queue *q, const void *bytes, size_t length) {
  if (q->from && q->to + length > q->room) {
    memmove(q->bytes, q->bytes + q->from, q->to - q->from);
    q->to -= q->from;
    q->from = 0;
  }
  if (q->to + length > q->room) {
    size_t room = q->room ? q->room : 4096;
    while (room < q->to + length) room *= 2;
    char *more = realloc(q->bytes, room);
    if (!more) _exit(111);
    q->bytes = more;
    q->room = room;
  }
  memcpy(q->bytes + q->to, bytes, length);
  q->to += length;
}

ssize_t queue_flush(struct queue *q, int fd) {
  ssize_t written = 0;
  while (q->from < q->to) {
    ssize_t n = write(fd, q->bytes + q->from, q->to - q->from);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (errno == EAGAIN) break;
      return -1;
    }
    q->from += n;
    written += n;
  }
  if (q->from == q->to) q->from = q->to = 0;
  return written;
}

void queue_free(struct queue *q) {
  free(q->bytes);
  *q = (struct queue){0};
}
