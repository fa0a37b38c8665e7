// Requests to the kernel over netlink: put together one after another, sent as one, answered before send returns.
#pragma once
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
  size_t length;      // of all messages so far
  size_t message;     // where the last one begins
  uint32_t sequence;  // its number
  uint32_t awaited;   // of the last that asks for an acknowledgement
  char bytes[8192];
};
// Begins a message with its family's header. At least the last one of those that are sent together must have NLM_F_ACK.
void netlink_begin(struct netlink *n, uint16_t type, uint16_t flags, const void *header, size_t size);
// A header that stands within an attribute.
void netlink_header(struct netlink *n, const void *header, size_t size);
void netlink_put(struct netlink *n, uint16_t attribute, const void *value, size_t size);
void netlink_number(struct netlink *n, uint16_t attribute, uint32_t value);
void netlink_text(struct netlink *n, uint16_t attribute, const char *value);
// An attribute that holds others: those put before the matching netlink_close(), which takes what netlink_open() gave.
size_t netlink_open(struct netlink *n, uint16_t attribute);
void netlink_close(struct netlink *n, size_t opened);
// Sends all, and begins anew. 0, or -1 with the errno of the first message that failed; others may have been done.
int netlink_send(struct netlink *n, int socket);
