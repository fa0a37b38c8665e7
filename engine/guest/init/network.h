// Between the parts of init that make networks. What the rest of init calls is in init.h.
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "init.h"
#include "netlink.h"

// ---- firewall.c -------------------------------------------------------------------------------------------------------

// A port of the host that leads to one of a container. Port numbers are in host order.
struct published {
  struct published *next;
  int reserved;  // a socket that keeps the port from other programs of the host
  uint8_t protocol;
  uint16_t host_port, port;
  struct in_addr host, to;  // host INADDR_ANY: at any address
};
// All -1 with errno.
int firewall_open(void);
int firewall_bridge(bool add, uint32_t index, struct in_addr gateway, bool internal);
int firewall_port(bool add, const struct published *port);

// ---- bridge.c ---------------------------------------------------------------------------------------------------------

// A route socket of the host's network namespace.
int host_routes(void);
// What both ends of a virtual cable are made of.
struct cable {
  const char *bridge;
  const char *host;      // its end's name on the host
  const char *name;      // and in the container
  uint8_t mac[6];        // of the container's end
  uint32_t index;        // of the container's end: given, so that nobody has to ask
  uint32_t mtu;
  bool isolated;         // from other containers on the bridge
  int network;           // the container's network namespace
};
int cable_connect(const struct cable *cable);
int cable_remove(const char *host);
// Takes it out of its bridge only, which is much less work.
int cable_cut(const char *host);
// The default route, made or changed; a gateway of INADDR_ANY takes it away.
int set_gateway(int routes, struct in_addr gateway);
int set_up(int routes, uint32_t index);
// Brings an interface up with an address.
int set_address(int routes, uint32_t index, struct in_addr address, int prefix);
bool parse_mac(const char *text, uint8_t mac[6]);

// ---- publish.c --------------------------------------------------------------------------------------------------------

// Publishes a list of ports, or nothing at all. Gives the one that failed, with errno, or NULL.
const char *ports_publish(struct published **list, const struct json *ports);
void ports_withdraw(struct published **list);

// ---- resolver.c -------------------------------------------------------------------------------------------------------

struct resolver;
// Listens in a network namespace and asks the host, which knows the names. NULL with errno.
struct resolver *resolver_open(const char *container, int network);
void resolver_close(struct resolver *resolver);
// Sends what containers ask 127.0.0.11:53 to where resolvers listen. -1 with errno.
int resolver_redirect(void);

// ---- lines.c ----------------------------------------------------------------------------------------------------------

// Edits files: each takes out lines that are in `remove` and adds those in `add`. Gives the path that failed, with errno.
const char *lines_edit(const struct json *edits);

// ---- sandbox.c --------------------------------------------------------------------------------------------------------

// Opens a socket in another network namespace. -1 with errno.
int socket_in(int network, int family, int type, int protocol);
