/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel's verifier looks at, by program, as a line `INSTRUCTIONS {"name": count}`: from the statistics in its log, since Linux before
 * 5.16 says it nowhere else. Argument: the object file. Loads it, attaches nothing. Exit status 1 if a program is refused, with the reason on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <bpf/libbpf.h>

/* BPF_LOG_STATS of the kernel's bpf_verifier.h. */
#define LOG_STATS 4
#define LOG_BYTES (64 << 10)
#define MAX_PROGRAMS 64

int main(int argc, char **argv)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct bpf_program *program;
	char *logs[MAX_PROGRAMS];
	struct bpf_object *object;
	int count = 0, refused;

	if (argc < 2 || !(object = bpf_object__open_file(argv[1], NULL)))
		return 1;
	/* Before 5.11 maps count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	bpf_object__for_each_program(program, object) {
		if (count == MAX_PROGRAMS || !(logs[count] = calloc(1, LOG_BYTES)))
			return 1;
		bpf_program__set_log_level(program, LOG_STATS);
		bpf_program__set_log_buf(program, logs[count++], LOG_BYTES);
	}
	refused = bpf_object__load(object);
	count = 0;
	printf("INSTRUCTIONS {");
	bpf_object__for_each_program(program, object) {
		const char *stats = strstr(logs[count], "processed ");

		if (refused && *logs[count])
			fprintf(stderr, "%s: %s\n", bpf_program__name(program), logs[count]);
		printf("%s\"%s\": %ld", count ? ", " : "", bpf_program__name(program), stats ? atol(stats + strlen("processed ")) : -1);
		count++;
	}
	printf("}\n");
	return refused ? 1 : 0;
}
