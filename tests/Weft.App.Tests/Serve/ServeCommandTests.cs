using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Weft.App.Tests;

public class ServeCommandTests(ServeHost host) : IClassFixture<ServeHost>
{
    [Theory]
    [InlineData("0.0.0.0:8080")]
    [InlineData("[::]:8080")]
    [InlineData("192.168.1.5")]
    public void An_address_that_others_reach_needs_a_token(string address)
    {
        var (code, screen) = FakeScreen.Run("serve", ServeHost.Name, "--runs", host.Runs, "--listen", address);
        Assert.Equal(51, code);
        Assert.Contains("error[51 unsafe-bind]: refusing to listen on", screen.Error);
        Assert.Contains("--token-file", screen.Error);
    }

    [Theory]
    [InlineData("--listen", "myhost:80")]
    [InlineData("--listen", "127.0.0.1:99999")]
    [InlineData("--name", "a/b")]
    [InlineData("--max-batch", "0")]
    [InlineData("--token-file", "nowhere")]
    public void What_cannot_be_is_refused_before_anything_starts(string option, string value)
    {
        var (code, screen) = FakeScreen.Run("serve", ServeHost.Name, "--runs", host.Runs, option, value);
        Assert.True(code is 2 or 41, screen.Error);
        Assert.Contains("nothing was", screen.Error);
    }

    [Fact]
    public void A_short_token_is_no_token()
    {
        File.WriteAllText(host.At("short"), "secret\n");
        var (code, screen) = FakeScreen.Run("serve", ServeHost.Name, "--runs", host.Runs, "--token-file", host.At("short"));
        Assert.Equal(2, code);
        Assert.Contains("too short", screen.Error);
        Assert.DoesNotContain("secret", screen.Error);
    }

    [Fact]
    public void A_port_in_use_is_error_50()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var (code, screen) = FakeScreen.Run("serve", ServeHost.Name, "--runs", host.Runs, "--listen", $"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        Assert.Equal(50, code);
        Assert.Contains("--listen 127.0.0.1:0", screen.Error);
    }

    /// <summary>A token, a new checkpoint under load, and a signal: nothing fails, and the end is 0.</summary>
    [Fact]
    public async Task It_asks_for_its_token_takes_a_new_model_and_ends_when_asked()
    {
        var token = new string('k', 40);
        File.WriteAllText(host.At("token"), token + "\n");
        var (said, model) = (host.At("said"), host.At("served.safetensors"));
        File.Copy(Path.Combine(host.Runs, ServeHost.Name, "checkpoints", "best.safetensors"), model);
        using var process = new WeftProcess($"exec $WEFT serve {model} --listen 0.0.0.0:0 --token-file {host.At("token")} --reload --threads 1 --json >{said}");
        process.WaitUntil(() => File.Exists(said) && File.ReadAllText(said).EndsWith('\n'));
        using var json = JsonDocument.Parse(File.ReadAllText(said));
        var address = new UriBuilder(json.RootElement.GetProperty("url").GetString()!) { Host = "127.0.0.1" }.Uri;
        using var http = new HttpClient { BaseAddress = address };
        foreach (var (path, open) in new[]
            { ("/", true), ("/v2/health/ready", true), ("/metrics", false), ("/v2/models/served", false), ("/openapi/v1.json", false) })
            Assert.Equal(open ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync("/predict", ServeHost.Body(host.Pixels[0], "application/octet-stream"))).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token[1..]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/metrics")).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var versions = new HashSet<string>();
        Weft.Training.TrainedModel.Load(model).Save(model + ".new");
        File.Move(model + ".new", model, overwrite: true);
        process.WaitUntil(() =>
        {
            using var answer = http.PostAsync("/predict", ServeHost.Body(host.Pixels[0], "application/octet-stream")).Result;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            using var body = JsonDocument.Parse(answer.Content.ReadAsStringAsync().Result);
            versions.Add(body.RootElement.GetProperty("model").GetProperty("version").GetString()!);
            return versions.Count == 2;
        });
        process.Send("TERM");
        var (code, _, error) = process.End();
        Assert.Equal(0, code);
        Assert.DoesNotContain("warning", error);
    }
}
