/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent's image starts: hands its capabilities on to Node and becomes it, with the agent's bundle and our arguments.
 *
 * A process that is not root gets capabilities in a container only from its file (capabilities(7), "File capabilities"). Were they the
 * node binary's own,
 * - a single one that the container may not have would make the start itself fail ("operation not permitted"), the doctor's that would
 *   tell which one: so it is when a file's effective bit is set (security/commoncap.c, bprm_caps_from_vfs_caps);
 * - Node would run in secure-execution mode (AT_SECURE): glibc then ignores the MALLOC_ settings and Node ignores NODE_OPTIONS;
 * - whoever can start a process in the container could run any script with them.
 * This file has them as permitted only. What the container's bounding set leaves of them goes to Node as ambient capabilities. A process
 * of root has all of its bounding set anyway; without any (no_new_privs is set, or none was added) Node starts all the same, and says so.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HOME "/opt/kelpie/"

static int fail(const char *what)
{
	fprintf(stderr, "kelpie agent: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Permitted ones become inheritable, and those ambient. */
static int hand_on_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, sets))
		return -1;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].inheritable = sets[i].permitted;
	if (syscall(SYS_capset, &header, sets))
		return -1;
	for (int cap = 0; cap < 32 * _LINUX_CAPABILITY_U32S_3; cap++)
		if (sets[cap / 32].permitted & 1u << cap % 32 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	char *args[argc + 2];

	if (geteuid() != 0 && hand_on_capabilities())
		return fail("capabilities cannot be handed on");
	args[0] = HOME "node";
	args[1] = HOME "agent.js";
	for (int i = 1; i <= argc; i++)
		args[i + 1] = argv[i];
	execv(args[0], args);
	return fail(args[0]);
}
