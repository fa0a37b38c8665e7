#include "netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct nlmsghdr *head(struct netlink *n) { return (struct nlmsghdr *)(n->bytes + n->message); }

static void *room(struct netlink *n, size_t size) {
  size_t padded = NLMSG_ALIGN(size);
  if (n->length + padded > sizeof n->bytes) _exit(111);  // all are of a size known beforehand
  void *at = n->bytes + n->length;
  memset(at, 0, padded);
  n->length += padded;
  return at;
}

void netlink_begin(struct netlink *n, uint16_t type, uint16_t flags, const void *header, size_t size) {
  n->message = n->length;
  struct nlmsghdr h = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++n->sequence};
  if (flags & NLM_F_ACK) n->awaited = h.nlmsg_seq;
  memcpy(room(n, sizeof h), &h, sizeof h);
  memcpy(room(n, size), header, size);
  head(n)->nlmsg_len = n->length - n->message;
}

void netlink_put(struct netlink *n, uint16_t attribute, const void *value, size_t size) {
  struct nlattr a = {.nla_len = NLA_HDRLEN + size, .nla_type = attribute};
  char *at = room(n, NLA_HDRLEN + size);
  memcpy(at, &a, sizeof a);
  if (size) memcpy(at + NLA_HDRLEN, value, size);
  head(n)->nlmsg_len = n->length - n->message;
}

void netlink_header(struct netlink *n, const void *header, size_t size) {
  memcpy(room(n, size), header, size);
  head(n)->nlmsg_len = n->length - n->message;
}

void netlink_number(struct netlink *n, uint16_t attribute, uint32_t value) { netlink_put(n, attribute, &value, sizeof value); }

void netlink_text(struct netlink *n, uint16_t attribute, const char *value) { netlink_put(n, attribute, value, strlen(value) + 1); }

size_t netlink_open(struct netlink *n, uint16_t attribute) {
  size_t at = n->length;
  netlink_put(n, attribute | NLA_F_NESTED, NULL, 0);
  return at;
}

void netlink_close(struct netlink *n, size_t opened) { ((struct nlattr *)(n->bytes + opened))->nla_len = n->length - opened; }

int netlink_send(struct netlink *n, int socket) {
  ssize_t sent = send(socket, n->bytes, n->length, 0);
  n->length = n->message = 0;
  if (sent < 0) return -1;
  int error = 0;
  for (bool done = false; !done;) {
    char answer[8192];
    ssize_t got = recv(socket, answer, sizeof answer, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    for (struct nlmsghdr *h = (struct nlmsghdr *)answer; NLMSG_OK(h, (size_t)got); h = NLMSG_NEXT(h, got)) {
      if (h->nlmsg_type != NLMSG_ERROR) continue;
      const struct nlmsgerr *e = NLMSG_DATA(h);
      if (e->error && !error) error = -e->error;
      if (h->nlmsg_seq == n->awaited) done = true;
    }
  }
  errno = error;
  return error ? -1 : 0;
}
