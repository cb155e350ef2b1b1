/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a kernel under test: makes the machine fit to run Node, runs it on the guest program, and powers off.
 * The guest program prints PASS or FAIL; without either the host knows that something went wrong before.
 * The argument `without-cgroup2`, behind ` -- ` on the kernel's command line, is passed on: that file system is not mounted then.
 * `mount-cgroup2 DIRECTORY` mounts it and no more, for the guest program, which has no mount(8).
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	reboot(RB_POWER_OFF);
	exit(1);
}

static void mount_at(const char *type, const char *path)
{
	mkdir(path, 0755);
	need(!mount(type, path, type, 0, NULL), path);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
	close(fd);
}

int main(int argc, char **given)
{
	char *const argv[] = { "/node", "/kelpie/guest.mjs", argc > 1 ? given[1] : NULL, NULL };
	char *const env[] = { "PATH=/", "HOME=/tmp", "NODE_ENV=production", NULL };
	pid_t child;

	if (argc > 2 && !strcmp(given[1], "mount-cgroup2")) {
		if (!mount("none", given[2], "cgroup2", 0, NULL))
			return 0;
		perror(given[2]);
		return 1;
	}
	mount_at("devtmpfs", "/dev");
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("tmpfs", "/tmp");
	if (argc < 2 || strcmp(given[1], "without-cgroup2"))
		need(!mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL), "/sys/fs/cgroup");
	loopback_up();
	child = fork();
	need(child >= 0, "fork");
	if (!child) {
		execve(argv[0], argv, env);
		perror("/node");
		_exit(127);
	}
	while (wait(NULL) != child)
		;
	sync();
	reboot(RB_POWER_OFF);
}
