/*
 * Asks Weir about a block device by varlink (https://varlink.org): one JSON object each way, each ended by a zero byte.
 *
 *   cc -o storage-events storage-events.c
 *   ./storage-events /run/weir/storage-events.sock sda
 *
 * The answer is printed as it comes; a program would hand it to its JSON library.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Writes text as a JSON string without its quotes; what does not fit is refused. */
static int escape(const char *text, char *out, size_t room)
{
	size_t length = 0;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (length + 7 > room)
			return -1;
		if (c < 0x20)
			length += (size_t)sprintf(out + length, "\\u%04x", c);
		else {
			if (c == '"' || c == '\\')
				out[length++] = '\\';
			out[length++] = (char)c;
		}
	}
	out[length] = 0;
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[4096], call[8192], answer[65536];
	if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path || escape(argv[2], name, sizeof name)) {
		fprintf(stderr, "usage: %s SOCKET BLOCK\n", argv[0]);
		return 2;
	}

	strcpy(address.sun_path, argv[1]);
	int service = socket(AF_UNIX, SOCK_STREAM, 0);
	if (service < 0 || connect(service, (struct sockaddr *)&address, sizeof address) != 0) {
		perror(argv[1]);
		return 1;
	}

	int length = snprintf(call, sizeof call, "{\"method\":\"io.weir.StorageEvents.Info\",\"parameters\":{\"block\":\"%s\"}}", name);
	/* The zero byte at the end goes too. */
	for (int sent = 0; sent <= length;) {
		ssize_t now = write(service, call + sent, (size_t)(length + 1 - sent));
		if (now < 0) {
			perror("write");
			return 1;
		}
		sent += (int)now;
	}

	int failed = 0;
	for (int first = 1;; first = 0) {
		ssize_t got = read(service, answer, sizeof answer);
		if (got <= 0) {
			fprintf(stderr, "the service closed the connection\n");
			return 1;
		}
		if (first)
			failed = got > 8 && memcmp(answer, "{\"error\"", 8) == 0;
		const char *end = memchr(answer, 0, (size_t)got);
		fwrite(answer, 1, end ? (size_t)(end - answer) : (size_t)got, stdout);
		if (end)
			break;
	}

	putchar('\n');
	close(service);
	return failed;
}
