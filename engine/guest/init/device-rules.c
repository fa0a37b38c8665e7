// The document's device rules as a program on the container's cgroup: with cgroup v2 there is no file to write them to.
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

#define MOST 512

struct program {
  struct bpf_insn code[MOST];
  int length;
};

static void emit(struct program *p, uint8_t code, int to, int from, int offset, int32_t value) {
  if (p->length < MOST) p->code[p->length++] = (struct bpf_insn){code, to, from, offset, value};
}

enum { RESULT, SCRATCH, TYPE, ACCESS, MAJOR, MINOR };

// The jumps of a rule's tests to the rule after it are filled in when that is reached.
static void unless(struct program *p, int reg, int32_t value) { emit(p, BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, value); }

// Returns whether the rule fits everything: what would come after it is out of reach, which the kernel refuses.
static bool add_rule(struct program *p, const struct json *rule) {
  int start = p->length;
  const char *type = json_string(rule, "type", "a"), *access = json_string(rule, "access", "rwm");
  int bits = (strchr(access, 'm') ? BPF_DEVCG_ACC_MKNOD : 0) | (strchr(access, 'r') ? BPF_DEVCG_ACC_READ : 0) |
             (strchr(access, 'w') ? BPF_DEVCG_ACC_WRITE : 0);
  if (*type != 'a') unless(p, TYPE, *type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  if (bits != 7) {
    emit(p, BPF_ALU64 | BPF_MOV | BPF_X, SCRATCH, ACCESS, 0, 0);
    emit(p, BPF_ALU64 | BPF_AND | BPF_K, SCRATCH, 0, 0, 7 & ~bits);
    unless(p, SCRATCH, 0);
  }
  if (json_get(rule, "major")) unless(p, MAJOR, json_number(rule, "major", 0));
  if (json_get(rule, "minor")) unless(p, MINOR, json_number(rule, "minor", 0));
  bool always = p->length == start;
  emit(p, BPF_ALU64 | BPF_MOV | BPF_K, RESULT, 0, 0, json_bool(rule, "allow", false));
  emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  for (int at = start; at < p->length; at++)
    if (p->code[at].code == (BPF_JMP | BPF_JNE | BPF_K)) p->code[at].off = p->length - at - 1;
  return always;
}

// The last rule that fits decides, so they are tried from the last to the first.
static bool add_rules(struct program *p, const struct json *rule) {
  return rule && (add_rules(p, rule->next) || add_rule(p, rule));
}

static int load(const struct program *p) {
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insn_cnt = p->length, .insns = (uintptr_t)p->code, .license = (uintptr_t) "MIT"};
  return syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
}

int device_rules_set(int cgroup, const struct json *rules) {
  if (!rules || !rules->first) return 0;
  struct program p = {.length = 0};
  emit(&p, BPF_LDX | BPF_MEM | BPF_W, TYPE, SCRATCH, 0, 0);
  emit(&p, BPF_ALU64 | BPF_MOV | BPF_X, ACCESS, TYPE, 0, 0);
  emit(&p, BPF_ALU64 | BPF_AND | BPF_K, TYPE, 0, 0, 0xffff);
  emit(&p, BPF_ALU64 | BPF_RSH | BPF_K, ACCESS, 0, 0, 16);
  emit(&p, BPF_LDX | BPF_MEM | BPF_W, MAJOR, SCRATCH, 4, 0);
  emit(&p, BPF_LDX | BPF_MEM | BPF_W, MINOR, SCRATCH, 8, 0);
  if (!add_rules(&p, rules->first)) {
    emit(&p, BPF_ALU64 | BPF_MOV | BPF_K, RESULT, 0, 0, 0);
    emit(&p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  }
  if (p.length == MOST) {
    errno = E2BIG;
    return -1;
  }
  // Nearly every container has the same rules, and loading a program costs as much as a dozen mounts.
  static struct program loaded;
  static int fd = -1;
  if (fd < 0 || p.length != loaded.length || memcmp(p.code, loaded.code, p.length * sizeof *p.code)) {
    if (fd >= 0) close(fd);
    fd = load(&p);
    if (fd < 0) return -1;
    loaded = p;
  }
  union bpf_attr attach = {.target_fd = cgroup, .attach_bpf_fd = fd, .attach_type = BPF_CGROUP_DEVICE};
  return syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach);
}
