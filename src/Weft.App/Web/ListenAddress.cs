using System.CommandLine;
using System.Net;
using Weft.Training;

namespace Weft.App;

/// <summary>The addresses that verbs listen on.</summary>
internal static class ListenAddress
{
    /// <summary>How a Host names an address.</summary>
    public static string NameOf(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";

    /// <exception cref="WeftException">Exit 2: no address.</exception>
    public static IPAddress Parse(Option<string> option, string text)
    {
        if (text == "localhost")
            return IPAddress.Loopback;
        return IPAddress.TryParse(text, out var address) ? address : throw new WeftException(ErrorKind.InvalidInput, "this is no address to listen on")
        {
            Where = option.Name, Expected = "127.0.0.1, ::1 or localhost", Found = $"'{Printable.Escape(text)}'", Safe = "nothing was started",
        };
    }
}
