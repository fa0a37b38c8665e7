#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

// One file, two programs: PID 1, and what stands on the guest's PATH as `docker`.
int main(int argc, char **argv) {
  if (getpid() != 1) return docker_main(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  // The initramfs has no device nodes until devtmpfs is mounted; what goes wrong before is told on the serial console.
  mkdir("/dev", 0755);
  mount("dev", "/dev", "devtmpfs", 0, NULL);
  int console = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
  for (int i = 0; i < 3; i++) dup2(console, i);
  umount2("/dev", MNT_DETACH);
  if (console > 2) close(console);
  boot();
  link_open();
  changes_open();
  invocation_listen();
  struct text t = {0};
  text_print(&t, "{\"event\":\"booted\"}");
  link_control(&t);
  text_free(&t);
  loop_run();
}
