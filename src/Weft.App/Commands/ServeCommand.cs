using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.App;

internal sealed partial class ServeCommand : Verb
{
    private const int MostName = 64;
    private const int LongestToken = 4096;
    private const int ShortestToken = 32; // letters: 128 bits where they are hexadecimal, as many as a guess will never find

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly RunArgument _run = new(OpenedModel.Description);
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Where to listen; port 0: any that is free. An address that others reach needs --token-file.",
        HelpName = "ADDRESS:PORT", DefaultValueFactory = _ => $"127.0.0.1:{ServeOptions.UsualPort}",
    };

    private readonly Option<string?> _token = new("--token-file")
    {
        Description = "A file with the token that requests must carry (bearer).", HelpName = "FILE",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "The model's name in addresses. Default: the run's or the file's.", HelpName = "TEXT",
    };

    private readonly Option<bool> _reload = new("--reload") { Description = "Look at the file each second, and answer with a new one once it was tried." };
    private readonly WholeNumber _batch = new("--max-batch", "At most so many pictures go through the network at once.", 1, 256, 32);
    private readonly WholeNumber _window = new("--batch-window", "Milliseconds that a picture waits for others; none are needed.", 0, 1000, 0);
    private readonly WholeNumber _queue = new("--queue", "At most so many pictures wait; one more is refused at once.", 1, 65536, 256);
    private readonly WholeNumber _threads = WholeNumber.Threads();
    private readonly RunsOption _runs = new();

    public ServeCommand(Screen screen)
        : base("serve", "Answers pictures over HTTP: a page to try it, POST /predict, the Open Inference Protocol, metrics.", screen)
    {
        Arguments.Add(_run);
        foreach (var option in (Option[])[_listen, _token, _name, _reload, _batch, _window, _queue, _threads, _runs])
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var argument = parse.GetValue(_run)!;
        var checkpoint = OpenedModel.FindCheckpoint(argument, _runs.Store(parse));
        var source = new ServedFile(checkpoint?.Path ?? argument, checkpoint) { Load = OpenedModel.Load };
        var options = new ServeOptions
        {
            Name = parse.GetValue(_name) is { } name ? Named(name)
                : NoName().Replace(OpenedModel.NameOf(argument, checkpoint), "-") is var usual && usual.Length > MostName
                    ? usual[..MostName] : usual,
            Listen = Endpoint(parse), Token = Token(parse.GetValue(_token)),
            OtherPort = new Advice($"weft serve {ShellWords.Quote(argument)} --listen 127.0.0.1:0"),
        };
        ServeServer.RequireToken(options);
        using var pool = new PredictionPool(source, new PredictionPoolOptions
        {
            MaxBatch = _batch.Of(parse), Queue = _queue.Of(parse), Window = TimeSpan.FromMilliseconds(_window.Of(parse)), Threads = _threads.Of(parse),
            Reload = parse.GetValue(_reload) ? Pace : null,
        });
        ServedWeb.Run(Screen, "serve", failed =>
        {
            pool.ReloadRefused = failed;
            return ServeServer.Start(pool, options with { Failed = failed });
        }, address => Say(address, pool, source, options), () => pool.StopAsync(Patience));
        return ExitCode.Done; // whoever stops a server wants just that
    }

    private void Say(Uri address, PredictionPool pool, ServedFile source, ServeOptions options)
    {
        var who = options.Token is null ? "this machine only" : "whoever has the token";
        var model = $"{Printable.Escape(options.Name)} {pool.Version}, {Figures.Count(pool.Classes.Count)} classes";
        Screen.People.WriteLine($"serve  {address}   ({model}; {who}, Ctrl-C ends it)");
        Screen.People.WriteLine($"try    curl --data-binary @photo.png -H 'Content-Type: image/png' {address}predict");
        Screen.People.Flush();
        Screen.WriteJson(new ServeDocument(address.ToString(), options.Name, pool.Version, source.Path, pool.Classes, options.Token is not null));
    }

    private IPEndPoint Endpoint(ParseResult parse)
    {
        var text = parse.GetValue(_listen)!;
        if (text.StartsWith("localhost", StringComparison.OrdinalIgnoreCase))
            text = IPAddress.Loopback + text["localhost".Length..];
        if (!IPEndPoint.TryParse(text, out var endpoint))
        {
            throw new WeftException(ErrorKind.InvalidInput, "this is no address to listen on")
            {
                Where = _listen.Name, Expected = "127.0.0.1:8080, localhost:8080 or [::1]:8080", Found = $"'{Printable.Escape(text)}'",
                Safe = "nothing was started",
            };
        }

        var hasPort = text.LastIndexOf(':') is var colon and >= 0 && colon > text.LastIndexOf(']') && (text[0] == '[' || text.IndexOf(':') == colon);
        return hasPort ? endpoint : new IPEndPoint(endpoint.Address, ServeOptions.UsualPort);
    }

    private static string Named(string name) => name.Length is > 0 and <= MostName && !NoName().IsMatch(name) ? name
        : throw new WeftException(ErrorKind.InvalidInput, "this is no name for an address")
        {
            Where = "--name", Expected = $"up to {MostName} letters, digits, dots, hyphens and underscores", Found = $"'{Printable.Escape(name)}'",
            Safe = "nothing was started",
        };

    private static string? Token(string? file)
    {
        if (file is null)
            return null;
        string token;
        try
        {
            token = System.Text.Encoding.UTF8.GetString(RegularFile.ReadAllBytes(file, LongestToken)).Trim();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the token cannot be read", file, "nothing was started");
        }

        return token.Length >= ShortestToken && token.All(letter => letter is > ' ' and < (char)127) ? token
            : throw new WeftException(ErrorKind.InvalidInput, "the token is too short or no token")
            {
                Where = file, Expected = $"at least {ShortestToken} letters without spaces",
                Found = string.Create(CultureInfo.InvariantCulture, $"{token.Length} letters"), Safe = "nothing was started",
                Next = new Advice($"openssl rand -hex 32 > {ShellWords.Quote(file)}"),
            };
    }

    [GeneratedRegex(@"[^\p{L}\p{N}._-]")]
    private static partial Regex NoName();
}
