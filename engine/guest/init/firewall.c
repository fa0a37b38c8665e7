// What the guest's host does with packets between networks, as Docker's rules on a real host do: published ports lead to their
// containers, and no other packet goes from one bridge to another. One nftables table, made before the snapshot; afterwards
// only the elements of its sets and maps change, so publishing a port is a single message.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"

#define TABLE "docker"
// Bridges by what is known of them.
#define WITHIN "within"        // interface . interface: a bridge and itself
#define INTERNAL "internal"    // interface
#define GATEWAYS "gateways"    // address of the host on a bridge
// Where a published port leads: to an address . port.
#define PORTS "ports"          // protocol . port
#define PORTS_AT "ports-at"    // address . protocol . port

static struct netlink n;
static int netfilter = -1;

static void message(int type, int flags) {
  struct nfgenmsg g = {.nfgen_family = NFPROTO_IPV4};
  netlink_begin(&n, NFNL_SUBSYS_NFTABLES << 8 | type, flags | NLM_F_ACK, &g, sizeof g);
}

static void transaction(int type) {
  struct nfgenmsg g = {.nfgen_family = AF_UNSPEC, .res_id = htons(NFNL_SUBSYS_NFTABLES)};
  netlink_begin(&n, type, 0, &g, sizeof g);
}

static int commit(void) {
  transaction(NFNL_MSG_BATCH_END);
  return netlink_send(&n, netfilter);
}

static void number(uint16_t attribute, uint32_t value) { netlink_number(&n, attribute, htonl(value)); }

// ---- expressions of rules ---------------------------------------------------------------------------------------------

// Registers of four bytes each.
enum { FIRST = NFT_REG32_00, SECOND, THIRD, FOURTH };

static size_t element, expression;

static void begin(const char *name) {
  element = netlink_open(&n, NFTA_LIST_ELEM);
  netlink_text(&n, NFTA_EXPR_NAME, name);
  expression = netlink_open(&n, NFTA_EXPR_DATA);
}

static void end(void) {
  netlink_close(&n, expression);
  netlink_close(&n, element);
}

static void value(uint16_t attribute, const void *bytes, size_t size) {
  size_t data = netlink_open(&n, attribute);
  netlink_put(&n, NFTA_DATA_VALUE, bytes, size);
  netlink_close(&n, data);
}

static void load_meta(int key, int to) {
  begin("meta");
  number(NFTA_META_KEY, key);
  number(NFTA_META_DREG, to);
  end();
}

static void load_packet(int base, int offset, int length, int to) {
  begin("payload");
  number(NFTA_PAYLOAD_DREG, to);
  number(NFTA_PAYLOAD_BASE, base);
  number(NFTA_PAYLOAD_OFFSET, offset);
  number(NFTA_PAYLOAD_LEN, length);
  end();
}

static void load_connection(int key, int to) {
  begin("ct");
  number(NFTA_CT_KEY, key);
  number(NFTA_CT_DREG, to);
  end();
}

static void keep_bits(int reg, uint32_t mask) {
  static const uint32_t none;
  begin("bitwise");
  number(NFTA_BITWISE_SREG, reg);
  number(NFTA_BITWISE_DREG, reg);
  number(NFTA_BITWISE_LEN, sizeof mask);
  value(NFTA_BITWISE_MASK, &mask, sizeof mask);
  value(NFTA_BITWISE_XOR, &none, sizeof none);
  end();
}

static void compare(int reg, int operation, uint32_t with) {
  begin("cmp");
  number(NFTA_CMP_SREG, reg);
  number(NFTA_CMP_OP, operation);
  value(NFTA_CMP_DATA, &with, sizeof with);
  end();
}

// Goes on with the rule if the set has the key that begins in `reg`; `to` is where a map's value goes, -1 for a set.
static void look_up(const char *set, int reg, int to) {
  begin("lookup");
  netlink_text(&n, NFTA_LOOKUP_SET, set);
  number(NFTA_LOOKUP_SREG, reg);
  if (to >= 0) number(NFTA_LOOKUP_DREG, to);
  end();
}

static void verdict(int code, const char *chain) {
  begin("immediate");
  number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
  size_t data = netlink_open(&n, NFTA_IMMEDIATE_DATA), inner = netlink_open(&n, NFTA_DATA_VERDICT);
  number(NFTA_VERDICT_CODE, code);
  if (chain) netlink_text(&n, NFTA_VERDICT_CHAIN, chain);
  netlink_close(&n, inner);
  netlink_close(&n, data);
  end();
}

static void translate_destination(int address, int port) {
  begin("nat");
  number(NFTA_NAT_TYPE, NFT_NAT_DNAT);
  number(NFTA_NAT_FAMILY, NFPROTO_IPV4);
  number(NFTA_NAT_REG_ADDR_MIN, address);
  number(NFTA_NAT_REG_PROTO_MIN, port);
  end();
}

// ---- the table --------------------------------------------------------------------------------------------------------

static size_t expressions;

static void rule_begin(const char *chain) {
  message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
  netlink_text(&n, NFTA_RULE_TABLE, TABLE);
  netlink_text(&n, NFTA_RULE_CHAIN, chain);
  expressions = netlink_open(&n, NFTA_RULE_EXPRESSIONS);
}

static void rule_end(void) { netlink_close(&n, expressions); }

static void make_set(const char *name, int key, int data) {
  static uint32_t id;
  message(NFT_MSG_NEWSET, NLM_F_CREATE);
  netlink_text(&n, NFTA_SET_TABLE, TABLE);
  netlink_text(&n, NFTA_SET_NAME, name);
  number(NFTA_SET_ID, ++id);
  number(NFTA_SET_FLAGS, data ? NFT_SET_MAP : 0);
  number(NFTA_SET_KEY_TYPE, 0);
  number(NFTA_SET_KEY_LEN, key);
  if (!data) return;
  number(NFTA_SET_DATA_TYPE, 0);
  number(NFTA_SET_DATA_LEN, data);
}

static void make_chain(const char *name, const char *type, int hook, int priority, int policy) {
  message(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
  netlink_text(&n, NFTA_CHAIN_TABLE, TABLE);
  netlink_text(&n, NFTA_CHAIN_NAME, name);
  if (!type) return;
  size_t at = netlink_open(&n, NFTA_CHAIN_HOOK);
  number(NFTA_HOOK_HOOKNUM, hook);
  number(NFTA_HOOK_PRIORITY, priority);
  netlink_close(&n, at);
  number(NFTA_CHAIN_POLICY, policy);
  netlink_text(&n, NFTA_CHAIN_TYPE, type);
}

enum { LOOPBACK = 1 };  // its interface index everywhere

// Loopback addresses are routed to bridges so that published ports work at 127.0.0.1; nobody may come in by that.
static void rules_before_routing(void) {
  make_chain("guard", "filter", NF_INET_PRE_ROUTING, -300, NF_ACCEPT);
  rule_begin("guard");
  load_meta(NFT_META_IIF, FIRST);
  compare(FIRST, NFT_CMP_NEQ, LOOPBACK);
  load_packet(NFT_PAYLOAD_NETWORK_HEADER, 16, 4, FIRST);
  keep_bits(FIRST, htonl(0xff000000));
  compare(FIRST, NFT_CMP_EQ, htonl(INADDR_LOOPBACK & 0xff000000));
  verdict(NF_DROP, NULL);
  rule_end();
}

static void rules_of_published_ports(void) {
  make_chain("published", NULL, 0, 0, 0);
  rule_begin("published");
  load_packet(NFT_PAYLOAD_NETWORK_HEADER, 16, 4, FIRST);
  load_meta(NFT_META_L4PROTO, SECOND);
  load_packet(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, THIRD);
  look_up(PORTS_AT, FIRST, FIRST);
  translate_destination(FIRST, SECOND);
  rule_end();
  rule_begin("published");
  load_meta(NFT_META_L4PROTO, FIRST);
  load_packet(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, SECOND);
  look_up(PORTS, FIRST, FIRST);
  translate_destination(FIRST, SECOND);
  rule_end();
  // From a container to an address of the host, and from the host to itself.
  make_chain("prerouting", "nat", NF_INET_PRE_ROUTING, -100, NF_ACCEPT);
  rule_begin("prerouting");
  load_packet(NFT_PAYLOAD_NETWORK_HEADER, 16, 4, FIRST);
  look_up(GATEWAYS, FIRST, -1);
  verdict(NFT_JUMP, "published");
  rule_end();
  make_chain("output", "nat", NF_INET_LOCAL_OUT, -100, NF_ACCEPT);
  rule_begin("output");
  load_meta(NFT_META_OIF, FIRST);
  compare(FIRST, NFT_CMP_EQ, LOOPBACK);
  verdict(NFT_JUMP, "published");
  rule_end();
  // So that answers come back this way even from a neighbour on the same bridge: containers see the gateway's address.
  make_chain("postrouting", "nat", NF_INET_POST_ROUTING, 100, NF_ACCEPT);
  rule_begin("postrouting");
  load_connection(NFT_CT_STATUS, FIRST);
  keep_bits(FIRST, IPS_DST_NAT);
  compare(FIRST, NFT_CMP_NEQ, 0);
  begin("masq");
  end();
  rule_end();
}

static void rules_between_networks(void) {
  enum { ESTABLISHED = 2, RELATED = 4 };  // NF_CT_STATE_BIT of each
  make_chain("forward", "filter", NF_INET_FORWARD, 0, NF_DROP);
  rule_begin("forward");
  load_connection(NFT_CT_STATE, FIRST);
  keep_bits(FIRST, ESTABLISHED | RELATED);
  compare(FIRST, NFT_CMP_NEQ, 0);
  verdict(NF_ACCEPT, NULL);
  rule_end();
  rule_begin("forward");
  load_meta(NFT_META_IIF, FIRST);
  load_meta(NFT_META_OIF, SECOND);
  look_up(WITHIN, FIRST, -1);
  verdict(NF_ACCEPT, NULL);
  rule_end();
  for (int i = 0; i < 2; i++) {
    rule_begin("forward");
    load_meta(i ? NFT_META_OIF : NFT_META_IIF, FIRST);
    look_up(INTERNAL, FIRST, -1);
    verdict(NF_DROP, NULL);
    rule_end();
  }
  rule_begin("forward");
  load_connection(NFT_CT_STATUS, FIRST);
  keep_bits(FIRST, IPS_DST_NAT);
  compare(FIRST, NFT_CMP_NEQ, 0);
  verdict(NF_ACCEPT, NULL);
  rule_end();
}

int firewall_open(void) {
  netfilter = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  transaction(NFNL_MSG_BATCH_BEGIN);
  message(NFT_MSG_NEWTABLE, NLM_F_CREATE);
  netlink_text(&n, NFTA_TABLE_NAME, TABLE);
  make_set(WITHIN, 8, 0);
  make_set(INTERNAL, 4, 0);
  make_set(GATEWAYS, 4, 0);
  make_set(PORTS, 8, 8);
  make_set(PORTS_AT, 12, 8);
  rules_before_routing();
  rules_of_published_ports();
  rules_between_networks();
  return commit();
}

// ---- what changes -----------------------------------------------------------------------------------------------------

static void change(const char *set, bool add, const void *key, size_t size, const void *data, size_t data_size) {
  message(add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
  netlink_text(&n, NFTA_SET_ELEM_LIST_TABLE, TABLE);
  netlink_text(&n, NFTA_SET_ELEM_LIST_SET, set);
  size_t list = netlink_open(&n, NFTA_SET_ELEM_LIST_ELEMENTS), item = netlink_open(&n, NFTA_LIST_ELEM);
  value(NFTA_SET_ELEM_KEY, key, size);
  if (add && data) value(NFTA_SET_ELEM_DATA, data, data_size);
  netlink_close(&n, item);
  netlink_close(&n, list);
}

int firewall_bridge(bool add, uint32_t index, struct in_addr gateway, bool internal) {
  uint32_t pair[2] = {index, index};
  transaction(NFNL_MSG_BATCH_BEGIN);
  change(WITHIN, add, pair, sizeof pair, NULL, 0);
  change(GATEWAYS, add, &gateway, sizeof gateway, NULL, 0);
  if (internal) change(INTERNAL, add, &index, sizeof index, NULL, 0);
  return commit();
}

int firewall_port(bool add, const struct published *p) {
  // Every part of a key stands at the beginning of four bytes of its own, ports in network order.
  struct {
    uint32_t address;
    uint8_t protocol, pad[3];
    uint16_t port, pad2;
  } key = {.address = p->host.s_addr, .protocol = p->protocol, .port = htons(p->host_port)};
  struct {
    uint32_t address;
    uint16_t port, pad;
  } to = {.address = p->to.s_addr, .port = htons(p->port)};
  transaction(NFNL_MSG_BATCH_BEGIN);
  if (p->host.s_addr == INADDR_ANY) change(PORTS, add, &key.protocol, sizeof key - sizeof key.address, &to, sizeof to);
  else change(PORTS_AT, add, &key, sizeof key, &to, sizeof to);
  return commit();
}
