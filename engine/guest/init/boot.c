// From the initramfs to a running host: done once, before the snapshot.
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

// Kept back from all containers together, so that the host's shell and init go on when they use all they may.
#define HOST_SHARE (48u << 20)

static void say(const char *what, const char *about) {
  fprintf(stderr, "init: %s %s: %s\n", what, about, strerror(errno));
}

static void must_mount(const char *type, const char *at, unsigned long flags, const char *data) {
  make_directories(at, 0755);
  if (mount(type, at, type, flags, data)) say("mount", at);
}

static void put_file(const char *path, mode_t mode, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) say("write", path);
  if (fd >= 0) close(fd);
}

static void copy_file(const char *from, const char *to, mode_t mode) {
  int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (in < 0 || out < 0) say("copy", from);
  char buffer[65536];
  for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;)
    if (write(out, buffer, n) != n) say("copy", to);
  close(in);
  close(out);
  unlink(from);  // the initramfs stays in memory under the new root
}

static void run(char *const argv[]) {
  pid_t pid = fork();
  if (!pid) {
    execv(argv[0], argv);
    _exit(127);
  }
  waitpid(pid, NULL, 0);
}

// pivot_root, which every container needs, is refused while the initramfs is the root.
static void leave_initramfs(void) {
  must_mount("tmpfs", "/new", 0, "mode=755,size=64m");
  static const char *const directories[] = {"bin", "dev", "etc", "home", "layers", "mnt", "opt", "proc", "root", "root/project", "run", "run/empty",
                                            "sbin", "spool", "sys", "tmp", "usr", "usr/bin", "usr/sbin", "var", "var/lib", "var/lib/docker", "var/log"};
  char path[128];
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    snprintf(path, sizeof path, "/new/%s", directories[i]);
    mkdir(path, 0755);
  }
  chmod("/new/tmp", 01777);
  chmod("/new/root", 0700);
  copy_file("/bin/busybox", "/new/bin/busybox", 0755);
  copy_file("/init", "/new/sbin/init", 0755);
  link("/new/sbin/init", "/new/usr/bin/docker");
  if (chdir("/new") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/")) say("switch to", "/new");
}

static void populate(void) {
  must_mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  must_mount("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  must_mount("devtmpfs", "/dev", MS_NOSUID, "mode=755");
  must_mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
  must_mount("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
  must_mount("mqueue", "/dev/mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  must_mount("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755");
  must_mount("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
  mkdir("/run/empty", 0755);
  symlink("/proc/self/fd", "/dev/fd");
  symlink("/proc/self/fd/0", "/dev/stdin");
  symlink("/proc/self/fd/1", "/dev/stdout");
  symlink("/proc/self/fd/2", "/dev/stderr");
  symlink("/proc/mounts", "/etc/mtab");
  symlink("/run", "/var/run");
  put_file("/etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
  put_file("/etc/group", 0644, "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n");
  put_file("/etc/hostname", 0644, "lab\n");
  put_file("/etc/hosts", 0644, "127.0.0.1\tlocalhost lab\n");
  put_file("/etc/shells", 0644, "/bin/sh\n");
  put_file("/etc/profile", 0644,
           "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
           "export PS1='\\h:\\w$ '\nexport PAGER=less\nalias ls='ls --color=auto' ll='ls -l'\n");
  put_file("/etc/os-release", 0644, "NAME=\"Drydock lab\"\nID=drydock\nPRETTY_NAME=\"Drydock lab\"\n");
  sethostname("lab", 3);
  char *const install[] = {"/bin/busybox", "--install", "-s", NULL};
  run(install);
}

static void open_cgroups(void) {
  must_mount("cgroup2", CGROUP_ROOT, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  if (write_file(CGROUP_ROOT "/cgroup.subtree_control", "+memory +cpu +pids")) say("enable", "controllers");
  mkdir(CGROUP_ROOT "/docker", 0755);
  if (write_file(CGROUP_ROOT "/docker/cgroup.subtree_control", "+memory +cpu +pids")) say("enable", "controllers of docker");
  struct sysinfo info;
  sysinfo(&info);
  char limit[32];
  snprintf(limit, sizeof limit, "%llu", (unsigned long long)info.totalram * info.mem_unit - HOST_SHARE);
  if (write_file(CGROUP_ROOT "/docker/memory.max", limit)) say("limit", "docker");
  write_file(CGROUP_ROOT "/docker/pids.max", "2048");
}

static void loopback_up(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
}

void boot(void) {
  leave_initramfs();
  populate();
  int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  dup2(null, 1);
  if (null > 2) close(null);
  setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  write_file("/proc/self/oom_score_adj", "-1000");
  // Served before others, so that a busy guest still answers. Children start anew.
  setpriority(PRIO_PROCESS, 0, -10);
  write_file("/proc/sys/kernel/printk", "1 4 1 7");
  // Volumes live with the host: what is written to one must not wait for half a minute, in which the guest may crash.
  write_file("/proc/sys/vm/dirty_writeback_centisecs", "100");
  write_file("/proc/sys/vm/dirty_expire_centisecs", "100");
  open_cgroups();
  // Its own filesystem, so that one fanotify mark sees the writable layers and nothing else.
  must_mount("tmpfs", DOCKER_ROOT, 0, "mode=710,size=75%");
  mkdir(OVERLAY_ROOT, 0710);
  mkdir(VOLUME_ROOT, 0701);
  loopback_up();
  networks_open();
}

// Leaves as little as can be in memory for the snapshot: caches dropped, free pages zero.
void settle(const struct json *message) {
  sync();
  write_file("/proc/sys/vm/drop_caches", "3");
  pid_t pid = fork();
  if (!pid) {
    struct sysinfo info;
    sysinfo(&info);
    size_t length = (info.freeram * info.mem_unit - (6u << 20)) & ~4095u;
    // Anonymous pages are zeroed when first touched, and stay zero when they are freed again.
    char *pages = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages != MAP_FAILED)
      for (size_t at = 0; at < length; at += 4096) pages[at] = 0;
    _exit(0);
  }
  waitpid(pid, NULL, 0);
  write_file("/proc/sys/vm/drop_caches", "3");
  reply_ok(json_number(message, "id", 0));
}
