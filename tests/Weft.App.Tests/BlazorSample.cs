using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Weft.App.Tests;

/// <summary>samples/Blazor as it is published, handed out by a server that knows nothing but files.</summary>
public sealed class BlazorSample : IAsyncLifetime
{
    private readonly TempFolder _place = new();
    private WebApplication? _server;

    /// <summary>Why there is no page; null where there is one.</summary>
    public string? Missing { get; private set; }

    public Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Packing the files for the wire would take longer than all else.
        var project = Path.Combine(DocumentTests.Root, "samples", "Blazor", "Blazor.csproj");
        string[] publish = ["publish", project, "-o", _place.At("site"), "-p:CompressionEnabled=false", "-v", "quiet", "--nologo", "-nodeReuse:false",
            "-p:UseSharedCompilation=false"];
        using (var process = Process.Start(new ProcessStartInfo("dotnet", publish) { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            var error = process.StandardError.ReadToEndAsync();
            var said = await process.StandardOutput.ReadToEndAsync() + await error;
            await process.WaitForExitAsync();
            if (said.Contains("NU1301", StringComparison.Ordinal))
                Missing = "the packages for WebAssembly cannot be fetched: " + said.Trim().Split('\n')[0];
            if (Missing is not null)
                return;
            Assert.True(process.ExitCode == 0 && !said.Contains("warning", StringComparison.Ordinal), said);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        var files = new PhysicalFileProvider(_place.At("site/wwwroot"));
        _server.UseFileServer(new FileServerOptions { FileProvider = files, StaticFileOptions = { ServeUnknownFileTypes = true } });
        await _server.StartAsync();
        Address = new Uri(_server.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _place.Dispose();
    }
}
