// What a snapshot cannot hold: the time, randomness, and mounts served by this host.
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

static void set_clock(double ms) {
  struct timespec t = {.tv_sec = ms / 1000};
  t.tv_nsec = (ms - (double)t.tv_sec * 1000) * 1e6;
  clock_settime(CLOCK_REALTIME, &t);
}

// Every learner resumes the same snapshot: without this all would draw the same random numbers.
static bool reseed(const char *entropy) {
  struct {
    struct rand_pool_info info;
    unsigned char bytes[512];
  } pool = {0};
  if (strlen(entropy) > 512) return false;
  pool.info.buf_size = base64_decode(entropy, pool.bytes);
  pool.info.entropy_count = pool.info.buf_size * 8;
  int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  bool good = fd >= 0 && !ioctl(fd, RNDADDENTROPY, &pool) && !ioctl(fd, RNDRESEEDCRNG);
  if (fd >= 0) close(fd);
  return good;
}

static const char *mount_shared(void) {
  mkdir("/run/host", 0700);
  // Answered by the emulator at once, so init may wait for it. As large a message as the transport carries.
  if (mount("host9p", "/run/host", "9p", MS_NODEV, "trans=virtio,version=9p2000.L,msize=512000,cache=loose,access=any")) return "/run/host";
  static const char *const parts[][2] = {
      {"/run/host/layers", "/layers"}, {"/run/host/volumes", VOLUME_ROOT}, {"/run/host/spool", "/spool"}};
  for (int i = 0; i < 3; i++)
    if (mount(parts[i][0], parts[i][1], NULL, MS_BIND, NULL)) return parts[i][1];
  return NULL;
}

void resume(const struct json *message) {
  link_begin();
  double request = json_number(message, "id", 0);
  set_clock(json_number(message, "time", 0));
  if (!reseed(json_string(message, "entropy", ""))) {
    reply_error(request, "setup", errno, "/dev/urandom", "reseeding the random pool");
    return;
  }
  const char *failed = mount_shared();
  if (failed) {
    reply_error(request, "mount", errno, failed, strerror(errno));
    return;
  }
  if (json_bool(message, "workspace", false)) workspace_mount(request);
  else reply_ok(request);
}
