"""W&B and MLflow servers for one run, as far as the protocols go, on 127.0.0.1. Every value is kept as it came, so that doubles and gaps show."""
import http.server
import json
import random
import threading
import time
import urllib.parse

KEY = "0" * 40


class Server:
    """faults: share of requests that end in a 429, a 500, a lost answer or a hang of a second."""

    def __init__(self, faults=0.0, seed=1):
        self.lines, self.files, self.metrics, self.runs, self.breaches, self.complete = {}, {}, [], 0, [], False
        self.faults, self.random, self.lock, self.identity, self.parameters = faults, random.Random(seed), threading.Lock(), None, {}
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fault = server.pick_fault()
                if fault == "before":
                    self.close_connection = True
                    return
                if fault in (429, 500):
                    return self.answer(fault, "{}", {"Retry-After": "0"} if fault == 429 else {})
                if fault == "hang":
                    time.sleep(1)
                with server.lock:
                    status, text = server.answer(self.command, self.path, body)
                if fault == "after":
                    self.close_connection = True
                    return
                self.answer(status, text, {})

            def answer(self, status, text, headers):
                data = text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = handle_one

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def pick_fault(self):
        with self.lock:
            return self.random.choice([429, 500, "before", "after", "hang"]) if self.random.random() < self.faults else None

    def answer(self, method, path, body):
        path, _, query = path.partition("?")
        if path.startswith("/put/"):
            self.files[path] = body
            return 200, "{}"
        if path == "/graphql":
            return 200, json.dumps({"data": self.graphql(json.loads(body))})
        if path.endswith("/file_stream"):
            return 200, self.stream(json.loads(body))
        if "/mlflow-artifacts/" in path:
            self.files[path] = body
            return 200, "{}"
        return self.mlflow(path.split("/mlflow/")[1], json.loads(body) if body else {}, urllib.parse.parse_qs(query))

    def graphql(self, request):
        variables = request["variables"]
        if request["operationName"] == "RunLineCounts":
            count = lambda name: len(self.lines.get(name, []))
            bucket = {"id": "x", "historyLineCount": count("wandb-history.jsonl"), "eventsLineCount": count("wandb-events.jsonl"),
                      "logLineCount": count("output.log"), "wandbConfig": '{"t":1}'}
            return {"model": {"bucket": bucket if self.lines else None}}
        if request["operationName"] == "UpsertBucket":
            return {"upsertBucket": {"bucket": {"id": "x", "name": variables["name"], "project": {"name": "weft", "entity": {"name": "team"}}},
                                     "inserted": True}}
        places = [{"name": name, "uploadUrl": f"{self.url}/put/{urllib.parse.quote(name)}"} for name in variables["files"]]
        return {"createRunFiles": {"runID": "x", "uploadHeaders": [], "files": places}}

    def stream(self, request):
        for name, part in request.get("files", {}).items():
            if name == "wandb-summary.json":
                continue
            lines = self.lines.setdefault(name, [])
            if part["offset"] > len(lines):
                self.breaches.append(f"{name}: a gap before line {part['offset']}")
            for number, line in enumerate(part["content"], part["offset"]):
                if number < len(lines):
                    if lines[number] != line:
                        self.breaches.append(f"{name}: line {number} came again, changed")
                else:
                    lines.append(line)
        self.complete |= request.get("complete", False)
        return "{}"

    def mlflow(self, call, body, query):
        run = {"info": {"run_id": "abc", "artifact_uri": "mlflow-artifacts:/1/abc/artifacts"}}
        if call == "experiments/get-by-name":
            return 200, '{"experiment":{"experiment_id":"1"}}'
        if call == "runs/search":
            return 200, json.dumps({"runs": [run] if self.runs else []})
        if call == "runs/create":
            self.runs += 1
        if call == "runs/log-batch":
            self.metrics += [(m["key"], m["step"], m["timestamp"], m["value"]) for m in body.get("metrics", [])]
        if call == "metrics/get-history":
            found = [m for m in self.metrics if m[0] == query["metric_key"][0]]
            return 200, json.dumps({"metrics": [{"key": m[0], "step": m[1], "timestamp": m[2], "value": m[3]} for m in found]})
        return 200, json.dumps({"run": run})

    def history(self):
        return [json.loads(line) for line in self.lines.get("wandb-history.jsonl", [])]

    def environment(self):
        return {"WANDB_MODE": "online", "WANDB_BASE_URL": self.url, "WANDB_API_KEY": KEY, "MLFLOW_TRACKING_URI": self.url}


def check(server, events):
    """Everything the run's events say is there once and in order; returns what is wrong."""
    steps = [e["step"] for e in events if e["type"] == "step"]
    epochs = [e["epoch"] for e in events if e["type"] == "epoch"]
    wrong = list(server.breaches)
    wandb = [row["step"] for row in server.history() if "step/loss" in row]
    if wandb != steps:
        wrong.append(f"wandb has {len(wandb)} steps, the run {len(steps)}")
    if [row["epoch"] for row in server.history() if "validation/loss" in row] != epochs:
        wrong.append("wandb has other epochs")
    mlflow = [m[1] for m in server.metrics if m[0] == "step/loss"]
    if mlflow != steps:
        wrong.append(f"mlflow has {len(mlflow)} steps, the run {len(steps)}")
    if [m[3] for m in server.metrics if m[0] == "epoch"] != epochs:
        wrong.append("mlflow has other epochs")
    if server.runs != 1:
        wrong.append(f"{server.runs} mlflow runs")
    return wrong
