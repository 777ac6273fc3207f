using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Weft.App.Tests;

public class StudioCommandTests
{
    [Fact]
    public void A_port_in_use_is_error_50()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var (code, screen) = FakeScreen.Run("studio", "--port", $"{port}");
        Assert.Equal(50, code);
        Assert.Contains($"error[50 port-in-use]: port {port} is in use", screen.Error);
        Assert.Contains("--port 0", screen.Error);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.168.1.5")]
    [InlineData("8.8.8.8")]
    public void An_address_that_others_reach_is_error_51(string address)
    {
        var (code, screen) = FakeScreen.Run("studio", "--listen", address);
        Assert.Equal(51, code);
        Assert.Contains("error[51 unsafe-bind]: refusing to listen on " + address, screen.Error);
        Assert.Contains("ssh -L", screen.Error);
    }

    [Theory]
    [InlineData("--listen", "myhost")]
    [InlineData("--port", "70000")]
    [InlineData("--port", "http")]
    public void What_is_no_address_or_port_is_error_2(string option, string value)
    {
        var (code, screen) = FakeScreen.Run("studio", option, value);
        Assert.Equal(2, code);
        Assert.Contains(option, screen.Error);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task It_says_where_it_is_and_ends_when_asked(string signal, int expected)
    {
        using var folder = new TempFolder();
        new SyntheticRun(folder.Path, "one", epochs: 2).EpochsUpTo(1, 100).Stop().Write();
        var said = Path.Combine(folder.Path, "said");
        using var process = new WeftProcess($"exec $WEFT studio --port 0 --json --runs {folder.Path} >{said}");
        process.WaitUntil(() => File.Exists(said) && File.ReadAllText(said).EndsWith('\n'));
        using var json = JsonDocument.Parse(File.ReadAllText(said));
        using var http = new HttpClient();
        var page = await http.GetStringAsync(json.RootElement.GetProperty("url").GetString());
        Assert.Contains("/runs/one\"", page);
        process.Send(signal);
        var (code, _, error) = process.End();
        Assert.Equal(expected, code);
        Assert.DoesNotContain("warning", error);
    }
}
