/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first and only process of a kernel under test: loads capture.bpf.o, attaches it to a cgroup, moves an exchange over
 * loopback inside that cgroup, and checks the records. Prints PASS or FAIL with the reason and powers the machine off.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../../bpf/capture/event.h"

#define CGROUP "/cgroup/test"
#define REQUEST "GET /matrix HTTP/1.1\r\n\r\n"
#define RESPONSE_LEN (200 * 1024)
#define CAP 40000

static struct {
	int opens, closes, clients, servers, orphans;
	unsigned int first_seq, captured, len; /* of the response, as its server sent it */
	bool request_right, payload_wrong, owner_known;
} seen;

static void finish(bool pass, const char *format, ...)
{
	struct utsname name;
	va_list args;

	uname(&name);
	printf("%s %s: ", pass ? "PASS" : "FAIL", name.release);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	sync();
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	exit(pass ? 0 : 1);
}

static void need(bool ok, const char *what)
{
	if (!ok)
		finish(false, "%s: %s", what, strerror(errno));
}

static unsigned char response_byte(unsigned int at)
{
	return (unsigned char)(at * 31 + (at >> 8));
}

static int on_record(void *context, void *data, size_t size)
{
	const struct segment_record *segment = data;
	const struct open_record *open = data;
	const unsigned char *payload = (void *)(segment + 1);

	(void)context;
	(void)size;
	switch (segment->type) {
	case RECORD_OPEN:
		seen.opens++;
		seen.clients += open->role == ROLE_CLIENT;
		seen.servers += open->role == ROLE_SERVER && open->flags & OPEN_HAS_ISN;
		seen.owner_known = open->pid == 0 ? seen.owner_known : !strcmp(open->comm, "init");
		break;
	case RECORD_CLOSE:
		seen.closes++;
		break;
	case RECORD_SEGMENT:
		if (segment->flags & SEGMENT_ORPHAN) {
			seen.orphans++;
			payload += sizeof(struct orphan_addresses);
		}
		if (segment->direction == DIRECTION_IN && segment->captured == strlen(REQUEST))
			seen.request_right |= !memcmp(payload, REQUEST, strlen(REQUEST));
		if (segment->direction == DIRECTION_IN || segment->len == 0 || segment->len == strlen(REQUEST))
			break;
		if (seen.len == 0)
			seen.first_seq = segment->seq;
		for (unsigned int i = 0; i < segment->captured; i++)
			seen.payload_wrong |= payload[i] != response_byte(segment->seq - seen.first_seq + i);
		seen.captured += segment->captured;
		seen.len += segment->len;
		break;
	}
	return 0;
}

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vprintf(format, args) : 0;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
	close(fd);
}

/* `family` tells the address; with `defer` the request meets the listener. */
static void exchange(int family, bool defer)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback, .sin6_port = htons(8080) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(8080) };
	struct sockaddr *address = family == AF_INET ? (void *)&four : (void *)&six;
	socklen_t size = family == AF_INET ? sizeof(four) : sizeof(six);
	int listener = socket(family, SOCK_STREAM, 0), one = 1;
	static unsigned char buffer[65536];

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (defer)
		setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &one, sizeof(one));
	need(!bind(listener, address, size) && !listen(listener, 8), "listen");
	if (fork() == 0) {
		int client = socket(family, SOCK_STREAM, 0);
		need(!connect(client, address, size), "connect");
		need(write(client, REQUEST, strlen(REQUEST)) == (ssize_t)strlen(REQUEST), "send");
		while (read(client, buffer, sizeof(buffer)) > 0)
			;
		_exit(0);
	}
	int server = accept(listener, NULL, NULL);
	need(server >= 0 && read(server, buffer, sizeof(buffer)) == (ssize_t)strlen(REQUEST), "receive");
	for (unsigned int at = 0; at < RESPONSE_LEN; at += 20480) {
		for (unsigned int i = 0; i < 20480; i++)
			buffer[i] = response_byte(at + i);
		need(write(server, buffer, 20480) == 20480, "respond");
	}
	close(server);
	close(listener);
	wait(NULL);
}

int main(void)
{
	struct policy policy = { .expires_ns = ~0ULL, .message_cap = CAP, .level = LEVEL_HEADS };
	struct settings settings = { .generation = 1, .self_pid = 999999 };
	struct bpf_program *program;
	struct bpf_object *object;
	struct ring_buffer *ring;
	unsigned int zero = 0;
	__u64 everyone = 0;
	int cgroup, procs;

	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir("/proc", 0755);
	mkdir("/cgroup", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	need(!mount("none", "/cgroup", "cgroup2", 0, NULL), "mount cgroup2");
	mkdir(CGROUP, 0755);
	loopback_up();

	libbpf_set_print(print_libbpf);
	object = bpf_object__open_file("/capture.bpf.o", NULL);
	need(object && !bpf_object__load(object), "load");
	cgroup = open(CGROUP, O_RDONLY | O_DIRECTORY);
	bpf_object__for_each_program(program, object)
		need(bpf_program__attach_cgroup(program, cgroup) != NULL, bpf_program__name(program));
	need(!bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "policies"), &everyone, &policy, 0), "policies");
	need(!bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "settings"), &zero, &settings, 0), "settings");
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), on_record, NULL, NULL);
	need(ring != NULL, "ring");
	procs = open(CGROUP "/cgroup.procs", O_WRONLY);
	need(write(procs, "0", 1) == 1, "enter cgroup");

	const struct {
		int family;
		bool defer;
	} exchanges[] = { { AF_INET, false }, { AF_INET, true }, { AF_INET6, false } };
	for (unsigned int i = 0; i < 3; i++) {
		memset(&seen, 0, sizeof(seen));
		exchange(exchanges[i].family, exchanges[i].defer);
		usleep(200000);
		ring_buffer__consume(ring);
		if (seen.opens != 2 || seen.closes < 1 || seen.clients != 1 || seen.servers != 1 || !seen.owner_known ||
		    !seen.request_right || seen.payload_wrong || seen.captured != CAP || seen.len != RESPONSE_LEN ||
		    (exchanges[i].defer && !seen.orphans))
			finish(false, "exchange %u: opens %d closes %d clients %d servers %d orphans %d owner %d request %d response %d of %u in %u",
			       i, seen.opens, seen.closes, seen.clients, seen.servers, seen.orphans, seen.owner_known,
			       seen.request_right, !seen.payload_wrong, seen.captured, seen.len);
	}
	finish(true, "3 exchanges");
}
