/* What the image hello-world holds: a program that says how it came to run. */
#include <unistd.h>

static const char text[] =
    "\n"
    "Hello from a container!\n"
    "If you can read this, your container engine works.\n"
    "\n"
    "What happened until these lines were here:\n"
    " 1. The docker command asked the engine to create a container from the image\n"
    "    hello-world. If the engine did not have the image yet, it pulled it from a\n"
    "    registry: one layer, which holds this program.\n"
    " 2. The engine put an empty writable layer on top of the image's layer. That is\n"
    "    the container's own; the image stays as it was.\n"
    " 3. The engine started this program in namespaces of its own, with the two layers\n"
    "    as its root directory.\n"
    " 4. The program wrote this text to its standard output, and the engine sent it to\n"
    "    the docker command, which wrote it on your terminal.\n"
    "The program has ended, so the container has exited; docker ps -a still lists it.\n"
    "\n"
    "For something more ambitious, run a shell in a Debian container:\n"
    " $ docker run -it debian bash\n"
    "\n";

int main(void)
{
    const char *at = text;
    size_t left = sizeof text - 1;
    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, at, left);
        if (written < 0)
            return 1;
        at += written;
        left -= (size_t)written;
    }
    return 0;
}
