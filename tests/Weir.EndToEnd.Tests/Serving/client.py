# A consumer in Python: follows a topic by the socket, prints each record's data, acknowledges it.
# Arguments: the socket, the consumer, the topic, how many records.
import json
import socket
import sys

path, consumer, topic, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
feed = socket.socket(socket.AF_UNIX)
feed.connect(path)
stream = feed.makefile("rw")
stream.write(json.dumps({"consumer": consumer, "topics": [topic], "from": "first"}) + "\n")
stream.flush()
for line in stream:
    event = json.loads(line)
    if "weir" in event:
        print(event, file=sys.stderr, flush=True)
        continue
    print(json.dumps(event["data"]), flush=True)
    stream.write(json.dumps({"ack": event["id"]}) + "\n")
    stream.flush()
    count -= 1
    if count == 0:
        break
