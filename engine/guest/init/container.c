// Containers as init keeps them: overlay mount, cgroup, first process.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

static struct container *containers;
// cgroups that still held a dying process when their container ended
static struct text swept;

struct container *container_find(const char *id) {
  for (struct container *c = containers; c; c = c->next)
    if (!strcmp(c->id, id)) return c;
  return NULL;
}

void container_each(void (*visit)(struct container *)) {
  for (struct container *c = containers; c; c = c->next) visit(c);
}

static struct container *container_of(const char *id) {
  struct container *c = container_find(id);
  if (c) return c;
  c = calloc(1, sizeof *c);
  if (!c) _exit(111);
  snprintf(c->id, sizeof c->id, "%s", id);
  c->pidfd = c->pid_namespace = c->cgroup = c->writes.fd = -1;
  c->next = containers;
  containers = c;
  return c;
}

// ---- cgroup ---------------------------------------------------------------------------------------------------------

static void cgroup_path(char *path, size_t room, const char *id, const char *file) {
  snprintf(path, room, CGROUP_ROOT "/docker/%s%s%s", id, file ? "/" : "", file ? file : "");
}

static int cgroup_set(const char *id, const char *file, const char *value) {
  char path[256];
  cgroup_path(path, sizeof path, id, file);
  return write_file(path, value);
}

static int cgroup_number(const char *id, const char *file, double value) {
  char text[32];
  if (value < 0) snprintf(text, sizeof text, "max");
  else snprintf(text, sizeof text, "%.0f", value);
  return cgroup_set(id, file, text);
}

static const char *cgroup_open(struct container *c, const struct json *resources) {
  char path[256];
  cgroup_path(path, sizeof path, c->id, NULL);
  if (mkdir(path, 0755) && errno != EEXIST) return "creating the cgroup";
  const struct json *memory = json_get(resources, "memory"), *cpu = json_get(resources, "cpu"), *pids = json_get(resources, "pids");
  double limit = json_number(memory, "limit", 0), count = json_number(pids, "limit", 0), shares = json_number(cpu, "shares", 0),
         quota = json_number(cpu, "quota", 0);
  if (limit && cgroup_number(c->id, "memory.max", limit)) return "memory.max";
  if (count && cgroup_number(c->id, "pids.max", count)) return "pids.max";
  // The mapping of shares (2 to 262144) to weights (1 to 10000) that runc and crun share.
  if (shares && cgroup_number(c->id, "cpu.weight", (double)(1 + ((long long)shares - 2) * 9999 / 262142))) return "cpu.weight";
  if (quota > 0) {
    char text[64];
    snprintf(text, sizeof text, "%.0f %.0f", quota, json_number(cpu, "period", 100000));
    if (cgroup_set(c->id, "cpu.max", text)) return "cpu.max";
  }
  c->cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (c->cgroup < 0) return "opening the cgroup";
  return device_rules_set(c->cgroup, json_get(resources, "devices")) ? "device rules" : NULL;
}

static bool cgroup_oom_killed(const char *id) {
  char path[256], text[512];
  cgroup_path(path, sizeof path, id, "memory.events");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  const char *at = strstr(text, "oom_kill ");
  return at && atoi(at + 9) > 0;
}

static void cgroup_close(struct container *c) {
  if (c->cgroup < 0) return;
  close(c->cgroup);
  c->cgroup = -1;
  cgroup_set(c->id, "cgroup.freeze", "0");
  cgroup_set(c->id, "cgroup.kill", "1");
  char path[256];
  cgroup_path(path, sizeof path, c->id, NULL);
  if (rmdir(path) && errno == EBUSY) text_add(&swept, c->id, sizeof c->id);
}

// Tries again to remove cgroups whose last process was still going away.
void container_sweep(void) {
  size_t kept = 0;
  for (size_t at = 0; at < swept.length; at += sizeof(((struct container *)0)->id)) {
    const char *id = swept.bytes + at;
    struct container *c = container_find(id);
    char path[256];
    cgroup_path(path, sizeof path, id, NULL);
    // One that was started again uses its cgroup.
    if ((c && c->cgroup >= 0) || !rmdir(path) || errno != EBUSY) continue;
    memmove(swept.bytes + kept, id, sizeof c->id);
    kept += sizeof c->id;
  }
  swept.length = kept;
}

// ---- overlay --------------------------------------------------------------------------------------------------------

static void overlay_path(char *path, size_t room, const char *id, const char *part) {
  snprintf(path, room, OVERLAY_ROOT "/%s%s%s", id, part ? "/" : "", part ? part : "");
}

static const char *overlay_mount(struct container *c, const struct json *lowers) {
  char path[256];
  static const char *const parts[] = {"diff", "work", "merged"};
  for (int i = 0; i < 3; i++) {
    overlay_path(path, sizeof path, c->id, parts[i]);
    if (make_directories(path, 0755)) return "creating the writable layer";
  }
  struct text options = {0};
  text_print(&options, "lowerdir=");
  json_each(item, lowers) text_print(&options, "%s/layers/%s", item == lowers->first ? "" : ":", item->text);
  if (!lowers || !lowers->first) text_print(&options, "/run/empty");
  text_print(&options, ",upperdir=" OVERLAY_ROOT "/%s/diff,workdir=" OVERLAY_ROOT "/%s/work", c->id, c->id);
  text_add(&options, "", 1);
  int failed = mount("overlay", path, "overlay", 0, options.bytes);
  int error = errno;
  text_free(&options);
  errno = error;
  c->mounted = !failed;
  return failed ? "mounting the overlay" : NULL;
}

static void overlay_unmount(struct container *c) {
  if (!c->mounted) return;
  char path[256];
  overlay_path(path, sizeof path, c->id, "merged");
  // Busy when somebody on the host stands in it: it goes when they leave.
  if (umount2(path, 0)) umount2(path, MNT_DETACH);
  c->mounted = false;
}

// ---- requests ---------------------------------------------------------------------------------------------------------

static const char *write_files(const struct json *files) {
  json_each(f, files) {
    const char *path = json_string(f, "path", ""), *data = json_string(f, "data", "");
    char parent[4096];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash && slash != parent) {
      *slash = 0;
      if (make_directories(parent, 0755)) return path;
    }
    uid_t uid = (uid_t)json_number(f, "uid", 0);
    gid_t gid = (gid_t)json_number(f, "gid", 0);
    if (json_bool(f, "directory", false)) {
      if ((mkdir(path, 0700) && errno != EEXIST) || chown(path, uid, gid) || chmod(path, (mode_t)json_number(f, "mode", 0755))) return path;
      continue;
    }
    unsigned char *bytes = malloc(strlen(data) * 3 / 4 + 4);
    if (!bytes) return path;
    size_t n = base64_decode(data, bytes);
    // Written anew, not in place: what an earlier start bound into a container stays as it was.
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write(fd, bytes, n) == (ssize_t)n && !fchown(fd, uid, gid) && !fchmod(fd, (mode_t)json_number(f, "mode", 0644));
    int error = errno;
    if (fd >= 0) close(fd);
    free(bytes);
    errno = error;
    if (!good) return path;
  }
  return NULL;
}

void container_start(const struct json *message) {
  double request = json_number(message, "id", 0);
  const struct json *spec = json_get(message, "spec");
  struct container *c = container_of(json_string(message, "container", ""));
  if (c->running || c->cgroup >= 0) {
    reply_error(request, "setup", EBUSY, c->id, "the container is running");
    return;
  }
  const char *failed = write_files(json_get(message, "files"));
  if (!failed) failed = overlay_mount(c, json_get(message, "lowers"));
  if (!failed) failed = cgroup_open(c, json_get(json_get(spec, "linux"), "resources"));
  if (failed) {
    int error = errno;
    char message[512];
    snprintf(message, sizeof message, "%s: %s", failed, strerror(error));
    container_ended(c);
    reply_error(request, "setup", error, failed, message);
    return;
  }
  const struct json *network = json_get(message, "network");
  if (network && (failed = sandbox_open(&c->sandbox, c->id, network))) {
    int error = errno;
    container_ended(c);
    reply_error(request, "network", error, failed, strerror(error));
    return;
  }
  changes_watch(c);
  session_start(&(struct process_request){.session = json_number(message, "session", 0), .request = request, .process = json_get(spec, "process"), .container = c, .spec = spec});
}

void container_began(struct container *c, pid_t pid) {
  c->running = true;
  c->pid = pid;
  c->pidfd = syscall(SYS_pidfd_open, pid, 0);
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/pid", pid);
  c->pid_namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (c->sandbox) sandbox_began(c->sandbox, pid);
}

bool container_ended(struct container *c) {
  bool oom = cgroup_oom_killed(c->id);
  c->running = false;
  c->pid = 0;
  if (c->pidfd >= 0) close(c->pidfd);
  if (c->pid_namespace >= 0) close(c->pid_namespace);
  c->pidfd = c->pid_namespace = -1;
  changes_unwatch(c);
  overlay_unmount(c);
  cgroup_close(c);
  sandbox_close(c->sandbox);
  c->sandbox = NULL;
  return oom;
}

static struct container *running(const struct json *message, double request) {
  const char *id = json_string(message, "container", "");
  struct container *c = container_find(id);
  if (c && c->running) return c;
  reply_error(request, "not-running", ESRCH, id, "the container is not running");
  return NULL;
}

void container_exec(const struct json *message) {
  double request = json_number(message, "id", 0);
  struct container *c = running(message, request);
  if (!c) return;
  session_start(&(struct process_request){.session = json_number(message, "session", 0), .request = request, .process = json_get(message, "process"), .container = c});
}

void container_freeze(const struct json *message) {
  double request = json_number(message, "id", 0);
  struct container *c = running(message, request);
  if (!c) return;
  if (cgroup_set(c->id, "cgroup.freeze", json_bool(message, "frozen", false) ? "1" : "0"))
    reply_error(request, "setup", errno, "cgroup.freeze", strerror(errno));
  else reply_ok(request);
}

void container_processes(const struct json *message) {
  double request = json_number(message, "id", 0);
  struct container *c = running(message, request);
  if (!c) return;
  char path[256];
  cgroup_path(path, sizeof path, c->id, "cgroup.procs");
  struct text t = {0};
  reply_begin(&t, request);
  text_print(&t, ",\"pids\":[%d", c->pid);
  FILE *f = fopen(path, "re");
  for (int pid; f && fscanf(f, "%d", &pid) == 1;)
    if (pid != c->pid) text_print(&t, ",%d", pid);
  if (f) fclose(f);
  text_print(&t, "]}");
  link_control(&t);
  text_free(&t);
}

void container_network(const struct json *message) {
  double request = json_number(message, "id", 0);
  struct container *c = running(message, request);
  if (!c) return;
  if (c->sandbox) sandbox_change(c->sandbox, c->id, message);
  else reply_error(request, "network", EINVAL, c->id, "the container has no network of its own");
}

static void remove_tree(const struct json *message) {
  char path[256];
  const char *id = json_string(message, "container", "");
  overlay_path(path, sizeof path, id, NULL);
  int error = delete_tree(path);
  if (error) job_fail(error, path, "removing the writable layer");
  // Where its own files are: those in /etc, and a build step's secrets.
  snprintf(path, sizeof path, CONTAINER_ROOT "/%s", id);
  error = delete_tree(path);
  if (error) job_fail(error, path, "removing the container's files");
}

void container_remove(const struct json *message) {
  double request = json_number(message, "id", 0);
  const char *id = json_string(message, "container", "");
  struct container *c = container_find(id);
  if (!*id || strchr(id, '/') || (c && c->running)) {
    reply_error(request, "setup", EBUSY, id, "the container is running");
    return;
  }
  if (c) {
    for (struct container **at = &containers; *at; at = &(*at)->next) {
      if (*at != c) continue;
      *at = c->next;
      break;
    }
    free(c);
  }
  job_start(request, remove_tree, message);
}
