using System.Net.Http.Headers;
using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What the usual <c>MLFLOW_…</c> variables say.</summary>
internal sealed record MLflowSettings(Uri Server, string Experiment, AuthenticationHeaderValue? Authorization, Secret? Secret, bool IsInsecure)
{
    private const string DefaultExperiment = "weft";
    private const int LongestExperiment = 500;

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no server is named, or one that cannot be used.</exception>
    public static MLflowSettings Read(TrackingOptions options)
    {
        string? Value(string name) => options.Variable("MLFLOW_" + name) is { Length: > 0 } value ? value : null;
        if (Value("TRACKING_URI") is not { } text)
        {
            throw new WeftException(ErrorKind.InvalidInput, "no MLflow server is named")
            {
                Where = "MLFLOW_TRACKING_URI", Expected = "an http or https address", Found = "nothing", Safe = "nothing was touched",
                Next = new Advice("mlflow server --port 5000, and MLFLOW_TRACKING_URI=http://127.0.0.1:5000"),
            };
        }

        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.UserInfo.Length > 0)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this is no MLflow server")
            {
                Where = "MLFLOW_TRACKING_URI", Expected = "an http or https address; files and databases are reached through a server",
                Found = text.Contains('@') ? "an address with a user in it"
                    : text, Safe = "nothing was touched", Next = new Advice("mlflow server --port 5000, and MLFLOW_TRACKING_URI=http://127.0.0.1:5000"),
            };
        }

        var experiment = Value("EXPERIMENT_NAME") ?? DefaultExperiment;
        if (experiment.Length > LongestExperiment)
            throw new WeftException(ErrorKind.InvalidInput, "this cannot be an experiment's name")
            {
                Where = "MLFLOW_EXPERIMENT_NAME",
                Expected = $"up to {LongestExperiment} characters", Found = $"{experiment.Length}", Safe = "nothing was touched"
            };
        var (authorization, secret) = (Value("TRACKING_USERNAME"), Value("TRACKING_PASSWORD"), Value("TRACKING_TOKEN")) switch
        {
            ({ } user, { } password, _) =>
                (new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))), new Secret(password)),
            (_, _, { } token) => (new AuthenticationHeaderValue("Bearer", token), new Secret(token)),
            _ => ((AuthenticationHeaderValue?)null, (Secret?)null),
        };
        return new MLflowSettings(server, experiment, authorization, secret, Value("TRACKING_INSECURE_TLS") is "true" or "TRUE" or "1");
    }
}
