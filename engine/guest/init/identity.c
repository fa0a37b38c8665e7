// Who the process is: limits, groups, user and capabilities, in runc's order.
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

static const char *const capabilities[] = {
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
    "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE",
    "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
    "PERFMON", "BPF", "CHECKPOINT_RESTORE"};
#define CAPABILITIES ((int)(sizeof capabilities / sizeof *capabilities))

static const char *const limits[] = {"RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC",
                                     "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE",
                                     "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME"};

static rlim_t limit_value(double value) { return value < 0 || value >= 1.8e19 ? RLIM_INFINITY : (rlim_t)value; }

void identity_limits(const struct json *process) {
  json_each(item, json_get(process, "rlimits")) {
    const char *type = json_string(item, "type", "");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
      if (strcmp(type, limits[i])) continue;
      struct rlimit r = {limit_value(json_number(item, "soft", 0)), limit_value(json_number(item, "hard", 0))};
      if (setrlimit(i, &r)) child_fail("setup", errno, type, "error setting rlimit type %d", (int)i);
    }
  }
}

static uint64_t set_of(const struct json *list) {
  uint64_t set = 0;
  json_each(item, list) {
    if (item->kind != JSON_STRING || strncmp(item->text, "CAP_", 4)) continue;
    for (int c = 0; c < CAPABILITIES; c++)
      if (!strcmp(item->text + 4, capabilities[c])) set |= 1ULL << c;
  }
  return set;
}

static void set_bounding(uint64_t bounding) {
  for (int c = 0; c < CAPABILITIES; c++) {
    if (bounding >> c & 1) continue;
    if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) && errno != EINVAL) child_fail("user", errno, capabilities[c], "dropping CAP_%s", capabilities[c]);
  }
}

static void set_capabilities(const struct json *sets) {
  uint64_t effective = set_of(json_get(sets, "effective")), permitted = set_of(json_get(sets, "permitted")),
           inheritable = set_of(json_get(sets, "inheritable")), ambient = set_of(json_get(sets, "ambient"));
  struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++)
    data[i] = (struct __user_cap_data_struct){effective >> 32 * i, permitted >> 32 * i, inheritable >> 32 * i};
  if (syscall(SYS_capset, &head, data)) child_fail("user", errno, "capabilities", "apply caps");
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (int c = 0; c < CAPABILITIES; c++)
    if (ambient >> c & 1) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0);
}

void identity_assume(const struct json *process) {
  const struct json *user = json_get(process, "user"), *sets = json_get(process, "capabilities"), *groups = json_get(user, "additionalGids");
  uid_t uid = json_number(user, "uid", 0);
  gid_t gid = json_number(user, "gid", 0);
  for (int i = 0; i < 3; i++) {
    // So that /dev/stdout can be opened again by whoever the process becomes. Pipes and ptys only: never a host file.
    struct stat s;
    if (uid && !fstat(i, &s) && s.st_uid != uid) fchown(i, uid, -1);
  }
  if (sets) set_bounding(set_of(json_get(sets, "bounding")));
  if (sets) prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
  gid_t list[64];
  size_t n = 0;
  json_each(item, groups) if (n < 64) list[n++] = item->number;
  if (setgroups(n, list)) child_fail("user", errno, "", "setgroups");
  if (setresgid(gid, gid, gid)) child_fail("user", errno, "", "setgid");
  if (setresuid(uid, uid, uid)) child_fail("user", errno, "", "setuid");
  if (sets) {
    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    set_capabilities(sets);
  }
  if (json_bool(process, "noNewPrivileges", false) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) child_fail("user", errno, "", "no_new_privs");
  umask((mode_t)json_number(user, "umask", 0022));
}
