// Published ports. The firewall leads packets to the container before any socket sees them; the socket here only keeps the
// port: a program of the host that has it already is found out, and none can take it while it is published.
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"

static int reserve(const struct published *p) {
  bool tcp = p->protocol == IPPROTO_TCP;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(p->host_port), .sin_addr = p->host};
  int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0) return -1;
  // As servers do, so that connections that are still ending are no hindrance.
  if (tcp) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!bind(fd, (struct sockaddr *)&at, sizeof at) && (!tcp || !listen(fd, 1))) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

static int publish(struct published *p) {
  p->reserved = reserve(p);
  if (p->reserved < 0) return -1;
  if (!firewall_port(true, p)) return 0;
  int error = errno;
  close(p->reserved);
  errno = error;
  return -1;
}

const char *ports_publish(struct published **list, const struct json *ports) {
  static char failed[64];
  json_each(item, ports) {
    struct published *p = calloc(1, sizeof *p);
    if (!p) _exit(111);
    const char *protocol = json_string(item, "protocol", "");
    p->protocol = !strcmp(protocol, "udp") ? IPPROTO_UDP : IPPROTO_TCP;
    p->host_port = json_number(item, "hostPort", 0);
    p->port = json_number(item, "port", 0);
    inet_aton(json_string(item, "hostAddress", "0.0.0.0"), &p->host);
    inet_aton(json_string(item, "address", ""), &p->to);
    if (publish(p)) {
      int error = errno;
      snprintf(failed, sizeof failed, "%s:%u/%s", inet_ntoa(p->host), p->host_port, protocol);
      free(p);
      ports_withdraw(list);
      errno = error;
      return failed;
    }
    p->next = *list;
    *list = p;
  }
  return NULL;
}

void ports_withdraw(struct published **list) {
  while (*list) {
    struct published *p = *list;
    *list = p->next;
    firewall_port(false, p);
    close(p->reserved);
    free(p);
  }
}
