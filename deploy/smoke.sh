#!/usr/bin/env bash
# Whether an image does what it should under the restrictions that compose and Kubernetes put on it.
# Usage: deploy/smoke.sh IMAGE
set -euo pipefail
image=${1:?expected the name of an image}

restricted=(--read-only --tmpfs "/tmp:size=256m,mode=1777" --cap-drop ALL --security-opt no-new-privileges)
container=$(docker run --detach "${restricted[@]}" --volume /data --publish 127.0.0.1::5000 "$image")
trap 'docker logs "$container" >&2; docker rm --force --volumes "$container" >/dev/null' EXIT

docker exec "$container" callfloor --version
docker exec "$container" python -c '
import os
from callfloor import runtimes
assert os.getuid() != 0, "it runs as root"
assert runtimes.available() == ("plain", "compiled", "fast"), runtimes.available()
'

address=http://$(docker port "$container" 5000/tcp | head -n 1)
curl --silent --show-error --fail --retry 20 --retry-all-errors --retry-delay 1 "$address/readyz"
token=$(docker exec "$container" callfloor token create smoke --db /data/callfloor.db)
curl --silent --show-error --fail --max-time 60 --json '{"noOfCustomers": 1000}' \
    --header "Authorization: Bearer $token" "$address/api/v1/run_simulation"

docker stop --time 30 "$container" >/dev/null
status=$(docker inspect --format '{{.State.ExitCode}}' "$container")
[ "$status" = 0 ] || { echo "SIGTERM ended it with status $status; expected 0" >&2; exit 1; }
echo "$image: all well"
