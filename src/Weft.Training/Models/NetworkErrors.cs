namespace Weft.Training;

/// <summary>What the engine says about a network that does not fit together, in the form every message has.</summary>
internal static class NetworkErrors
{
    public static WeftException ToError(Exception wrong, string where) => wrong is NetworkException network
        ? new WeftException(ErrorKind.InvalidInput, $"{network.Subject} does not fit", network)
        {
            Where = where, Expected = network.Expected, Found = network.Received, Safe = "nothing was touched",
            Next = network.Advice is { } advice ? new Advice(advice) : null,
        }
        : new WeftException(ErrorKind.InvalidInput, "this network cannot be built", wrong)
        {
            Where = where, Found = wrong.Message, Safe = "nothing was touched",
        };
}
