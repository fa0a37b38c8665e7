// A container's own network namespace: made and furnished before the container's first process is born into it, and changed
// while it runs.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"

// Where Docker binds the namespaces. Here they are links: a mount for each would be copied into every container to come.
#define KEYS "/run/docker/netns/"
enum { LOOPBACK = 1 };  // its interface index everywhere

// Making a network namespace costs a fifth of a container's start (0.4 M instructions), and unmaking it as much again. So some
// stand ready, and what has ended is cleared away when so many milliseconds have gone by.
enum { READY = 2, LATER = 200 };

struct endpoint {
  struct endpoint *next;
  char host[IFNAMSIZ], name[IFNAMSIZ];
};

struct sandbox {
  struct sandbox *next;  // among those that stand ready, or that have ended
  int network, routes;   // the namespace, and a route socket in it
  uint32_t last_index;
  char key[64];
  struct endpoint *endpoints;
  struct published *ports;
  struct resolver *resolver;
};

// ---- namespaces -------------------------------------------------------------------------------------------------------

static int home(void) {
  static int fd = -1;
  if (fd < 0) fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return fd;
}

int network_enter(int network) { return setns(network, CLONE_NEWNET); }

void network_leave(void) {
  int error = errno;
  if (setns(home(), CLONE_NEWNET)) _exit(111);  // nothing that init made from here on would be where it belongs
  errno = error;
}

int socket_in(int network, int family, int type, int protocol) {
  if (network_enter(network)) return -1;
  int fd = socket(family, type | SOCK_CLOEXEC, protocol);
  network_leave();
  return fd;
}

int sandbox_network(const struct sandbox *s) { return s->network; }

static struct sandbox *ready, *ended;
static int ready_count;

static void clear_away(struct sandbox *s) {
  while (s->endpoints) {
    struct endpoint *e = s->endpoints;
    s->endpoints = e->next;
    cable_remove(e->host);
    free(e);
  }
  if (s->routes >= 0) close(s->routes);
  if (s->network >= 0) close(s->network);
  int error = errno;
  free(s);
  errno = error;
}

// A namespace with loopback. NULL with errno.
static struct sandbox *make(void) {
  struct sandbox *s = calloc(1, sizeof *s);
  if (!s) _exit(111);
  *s = (struct sandbox){.network = -1, .routes = -1, .last_index = LOOPBACK};
  if (home() >= 0 && !unshare(CLONE_NEWNET)) {
    s->network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    s->routes = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    network_leave();
    if (s->network >= 0 && s->routes >= 0 && !set_up(s->routes, LOOPBACK)) return s;
  }
  clear_away(s);
  return NULL;
}

static void do_later(struct timer *timer) {
  (void)timer;
  while (ended) {
    struct sandbox *s = ended;
    ended = s->next;
    clear_away(s);
  }
  while (ready_count < READY) {
    struct sandbox *s = make();
    if (!s) break;
    s->next = ready;
    ready = s;
    ready_count++;
  }
}

static struct timer later = {.later = do_later};

static struct sandbox *take_ready(void) {
  timer_set(&later, LATER);
  struct sandbox *s = ready;
  if (!s) return make();
  ready = s->next;
  ready_count--;
  return s;
}

// ---- endpoints --------------------------------------------------------------------------------------------------------

static void endpoint_remove(struct sandbox *s, const char *name) {
  for (struct endpoint **at = &s->endpoints; *at; at = &(*at)->next) {
    struct endpoint *e = *at;
    if (strcmp(e->name, name)) continue;
    *at = e->next;
    cable_remove(e->host);
    free(e);
    return;
  }
}

static bool endpoint_add(struct sandbox *s, const struct json *given) {
  char host[IFNAMSIZ];
  uint32_t random = 0;
  getrandom(&random, sizeof random, GRND_NONBLOCK);
  snprintf(host, sizeof host, "veth%07x", random >> 4);
  struct cable c = {.bridge = json_string(given, "bridge", ""), .host = host, .name = json_string(given, "name", ""),
                    .index = s->last_index + 1, .mtu = json_number(given, "mtu", 1500), .isolated = json_bool(given, "isolated", false),
                    .network = s->network};
  struct in_addr address;
  if (!parse_mac(json_string(given, "mac", ""), c.mac) || !inet_aton(json_string(given, "address", ""), &address)) {
    errno = EINVAL;
    return false;
  }
  if (cable_connect(&c)) return false;
  s->last_index++;
  struct endpoint *e = calloc(1, sizeof *e);
  if (!e) _exit(111);
  snprintf(e->host, sizeof e->host, "%s", c.host);
  snprintf(e->name, sizeof e->name, "%s", c.name);
  e->next = s->endpoints;
  s->endpoints = e;
  return !set_address(s->routes, c.index, address, json_number(given, "prefix", 0));
}

// ---- the whole --------------------------------------------------------------------------------------------------------

static bool set_default_route(struct sandbox *s, const struct json *gateway) {
  struct in_addr address = {INADDR_ANY};
  if (gateway->kind == JSON_STRING && !inet_aton(gateway->text, &address)) {
    errno = EINVAL;
    return false;
  }
  return !set_gateway(s->routes, address);
}

// Does what `change` names. Gives what failed, with errno, or NULL; what had been done until then is left to the caller.
static const char *change(struct sandbox *s, const char *container, const struct json *change) {
  const struct json *ports = json_get(change, "ports"), *gateway = json_get(change, "gateway");
  if (ports) ports_withdraw(&s->ports);
  json_each(item, json_get(change, "remove")) if (item->kind == JSON_STRING) endpoint_remove(s, item->text);
  json_each(item, json_get(change, "add")) if (!endpoint_add(s, item)) return json_string(item, "name", "");
  if (gateway && !set_default_route(s, gateway)) return "default route";
  if (json_bool(change, "resolver", false) && !s->resolver) {
    s->resolver = resolver_open(container, s->network);
    if (!s->resolver) return "resolver";
  }
  const char *failed = ports ? ports_publish(&s->ports, ports) : NULL;
  return failed ? failed : lines_edit(json_get(change, "lines"));
}

const char *sandbox_open(struct sandbox **made, const char *container, const struct json *given) {
  struct sandbox *s = take_ready();
  if (!s) return "network namespace";
  const char *failed = change(s, container, given);
  if (failed) {
    int error = errno;
    sandbox_close(s);
    errno = error;
    return failed;
  }
  snprintf(s->key, sizeof s->key, "%s", json_string(given, "key", ""));
  *made = s;
  return NULL;
}

void sandbox_began(struct sandbox *s, pid_t pid) {
  if (!*s->key || strchr(s->key, '/')) return;
  char path[128], target[64];
  snprintf(path, sizeof path, KEYS "%s", s->key);
  snprintf(target, sizeof target, "/proc/%d/ns/net", pid);
  symlink(target, path);
}

void sandbox_close(struct sandbox *s) {
  if (!s) return;
  ports_withdraw(&s->ports);
  if (s->resolver) resolver_close(s->resolver);
  // Out of their bridges at once, since others may get their addresses.
  for (struct endpoint *e = s->endpoints; e; e = e->next) cable_cut(e->host);
  if (*s->key) {
    char path[128];
    snprintf(path, sizeof path, KEYS "%s", s->key);
    unlink(path);
  }
  s->next = ended;
  ended = s;
  timer_set(&later, LATER);
}

void sandbox_change(struct sandbox *s, const char *container, const struct json *m) {
  double request = json_number(m, "id", 0);
  const struct json *given = json_get(m, "change");
  const char *failed = change(s, container, given);
  if (!failed) {
    reply_ok(request);
    return;
  }
  int error = errno;
  json_each(item, json_get(given, "add")) endpoint_remove(s, json_string(item, "name", ""));
  reply_error(request, "network", error, failed, strerror(error));
}

void networks_open(void) {
  make_directories("/run/docker/netns", 0755);
  if (write_file("/proc/sys/net/ipv4/ip_forward", "1") || write_file("/proc/sys/net/ipv4/conf/all/route_localnet", "1") || firewall_open() ||
      bridge_make("docker0", "172.17.0.1", 16, "02:42:ac:11:00:01", 1500, false) || resolver_redirect())
    fprintf(stderr, "init: networks: %s\n", strerror(errno));
  do_later(NULL);
}
