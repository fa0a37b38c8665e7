// Bridges on the guest's host, and the cables that lead from them into containers.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"

static struct netlink n;

int host_routes(void) {
  static int fd = -1;
  if (fd < 0) fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  return fd;
}

bool parse_mac(const char *text, uint8_t mac[6]) {
  return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) == 6;
}

static void bring_up(uint32_t index) {
  struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  netlink_begin(&n, RTM_NEWLINK, NLM_F_ACK, &link, sizeof link);
}

int set_up(int routes, uint32_t index) {
  bring_up(index);
  return netlink_send(&n, routes);
}

int set_address(int routes, uint32_t index, struct in_addr address, int prefix) {
  struct ifaddrmsg a = {.ifa_family = AF_INET, .ifa_prefixlen = prefix, .ifa_scope = RT_SCOPE_UNIVERSE, .ifa_index = index};
  uint32_t mask = prefix ? htonl(~0u << (32 - prefix)) : 0, broadcast = address.s_addr | ~mask;
  bring_up(index);
  netlink_begin(&n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &a, sizeof a);
  netlink_put(&n, IFA_LOCAL, &address, sizeof address);
  netlink_put(&n, IFA_ADDRESS, &address, sizeof address);
  if (prefix < 31) netlink_number(&n, IFA_BROADCAST, broadcast);
  return netlink_send(&n, routes);
}

int set_gateway(int routes, struct in_addr gateway) {
  bool remove = gateway.s_addr == INADDR_ANY;
  struct rtmsg r = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT, .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST};
  netlink_begin(&n, remove ? RTM_DELROUTE : RTM_NEWROUTE, (remove ? 0 : NLM_F_CREATE | NLM_F_REPLACE) | NLM_F_ACK, &r, sizeof r);
  if (!remove) netlink_put(&n, RTA_GATEWAY, &gateway, sizeof gateway);
  // A route goes with the interface it led over.
  return netlink_send(&n, routes) && !(remove && errno == ESRCH) ? -1 : 0;
}

// ---- cables -----------------------------------------------------------------------------------------------------------

int cable_connect(const struct cable *c) {
  // The inner end cannot be brought up before both are there.
  struct ifinfomsg host = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP}, inside = {.ifi_index = c->index};
  uint32_t bridge = if_nametoindex(c->bridge);
  if (!bridge) return -1;
  netlink_begin(&n, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &host, sizeof host);
  netlink_text(&n, IFLA_IFNAME, c->host);
  netlink_number(&n, IFLA_MTU, c->mtu);
  netlink_number(&n, IFLA_MASTER, bridge);
  size_t info = netlink_open(&n, IFLA_LINKINFO);
  netlink_text(&n, IFLA_INFO_KIND, "veth");
  size_t data = netlink_open(&n, IFLA_INFO_DATA), peer = netlink_open(&n, VETH_INFO_PEER);
  netlink_header(&n, &inside, sizeof inside);
  netlink_text(&n, IFLA_IFNAME, c->name);
  netlink_number(&n, IFLA_MTU, c->mtu);
  netlink_put(&n, IFLA_ADDRESS, c->mac, sizeof c->mac);
  netlink_number(&n, IFLA_NET_NS_FD, c->network);
  netlink_close(&n, peer);
  netlink_close(&n, data);
  netlink_close(&n, info);
  if (netlink_send(&n, host_routes())) return -1;
  if (!c->isolated) return 0;
  struct ifinfomsg port = {.ifi_index = if_nametoindex(c->host)};
  uint8_t on = 1;
  netlink_begin(&n, RTM_NEWLINK, NLM_F_ACK, &port, sizeof port);
  info = netlink_open(&n, IFLA_LINKINFO);
  netlink_text(&n, IFLA_INFO_SLAVE_KIND, "bridge");
  data = netlink_open(&n, IFLA_INFO_SLAVE_DATA);
  netlink_put(&n, IFLA_BRPORT_ISOLATED, &on, sizeof on);
  netlink_close(&n, data);
  netlink_close(&n, info);
  if (!netlink_send(&n, host_routes())) return 0;
  int error = errno;
  cable_remove(c->host);
  errno = error;
  return -1;
}

int cable_cut(const char *host) {
  struct ifinfomsg link = {.ifi_change = IFF_UP};
  netlink_begin(&n, RTM_NEWLINK, NLM_F_ACK, &link, sizeof link);
  netlink_text(&n, IFLA_IFNAME, host);
  netlink_number(&n, IFLA_MASTER, 0);
  return netlink_send(&n, host_routes());
}

int cable_remove(const char *host) {
  struct ifinfomsg link = {0};
  netlink_begin(&n, RTM_DELLINK, NLM_F_ACK, &link, sizeof link);
  netlink_text(&n, IFLA_IFNAME, host);
  return netlink_send(&n, host_routes());
}

// ---- bridges ----------------------------------------------------------------------------------------------------------

// Kept because somebody on the host may remove or rename the interface, which must not leave anything in the firewall.
struct bridge {
  struct bridge *next;
  char name[IFNAMSIZ];
  uint32_t index;
  struct in_addr gateway;
  bool internal;
};
static struct bridge *bridges;

static int link_remove(uint32_t index) {
  struct ifinfomsg link = {.ifi_index = index};
  netlink_begin(&n, RTM_DELLINK, NLM_F_ACK, &link, sizeof link);
  return netlink_send(&n, host_routes()) && errno != ENODEV ? -1 : 0;
}

int bridge_make(const char *name, const char *address, int prefix, const char *mac, int mtu, bool internal) {
  struct ifinfomsg link = {0};
  struct bridge *b = calloc(1, sizeof *b);
  if (!b) _exit(111);
  uint8_t bytes[6];
  if (!inet_aton(address, &b->gateway) || !parse_mac(mac, bytes)) {
    free(b);
    errno = EINVAL;
    return -1;
  }
  netlink_begin(&n, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &link, sizeof link);
  netlink_text(&n, IFLA_IFNAME, name);
  // A given address stays; otherwise it would be the lowest of the cables', and change under the containers' feet.
  netlink_put(&n, IFLA_ADDRESS, bytes, sizeof bytes);
  netlink_number(&n, IFLA_MTU, mtu);
  size_t info = netlink_open(&n, IFLA_LINKINFO);
  netlink_text(&n, IFLA_INFO_KIND, "bridge");
  netlink_close(&n, info);
  bool made = !netlink_send(&n, host_routes());
  if (made) {
    snprintf(b->name, sizeof b->name, "%s", name);
    b->index = if_nametoindex(name);
    b->internal = internal;
  }
  if (!made || set_address(host_routes(), b->index, b->gateway, prefix) || firewall_bridge(true, b->index, b->gateway, internal)) {
    int error = errno;
    if (made) link_remove(b->index);
    free(b);
    errno = error;
    return -1;
  }
  b->next = bridges;
  bridges = b;
  return 0;
}

void bridge_add(const struct json *m) {
  double request = json_number(m, "id", 0);
  const char *name = json_string(m, "name", "");
  if (bridge_make(name, json_string(m, "address", ""), json_number(m, "prefix", 0), json_string(m, "mac", ""), json_number(m, "mtu", 1500),
                  json_bool(m, "internal", false)))
    reply_error(request, "network", errno, name, strerror(errno));
  else reply_ok(request);
}

void bridge_remove(const struct json *m) {
  double request = json_number(m, "id", 0);
  const char *name = json_string(m, "name", "");
  struct bridge **at = &bridges;
  while (*at && strcmp((*at)->name, name)) at = &(*at)->next;
  struct bridge *b = *at;
  if (b && link_remove(b->index)) {
    reply_error(request, "network", errno, name, strerror(errno));
    return;
  }
  if (b) {
    firewall_bridge(false, b->index, b->gateway, b->internal);
    *at = b->next;
    free(b);
  }
  reply_ok(request);
}
