using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>The Open Inference Protocol, version 2, as KServe and Triton speak it: health, metadata and inference of the one model.</summary>
/// <remarks>https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md</remarks>
internal sealed class InferRoutes(PredictionPool pool, string name)
{
    public const string ModelsPath = "/v2/models";
    public const string Infer = "/infer";

    private const string Model = ModelsPath + "/{name}";
    private const string Version = Model + "/versions/{version}";
    private const long MostHeld = 256 << 20;

    private readonly RequestBodies _bodies = new(MostHeld);

    public void Map(Action<string, RequestDelegate> get, Action<string, RequestDelegate> post)
    {
        get("/v2", context => Say(context, new() { ["name"] = "weft", ["version"] = Product.Version, ["extensions"] = new JsonArray("binary_tensor_data") }));
        get("/v2/health/live", context => Say(context, new() { ["live"] = true }));
        get("/v2/health/ready", context => Ready(context, new() { ["ready"] = pool.IsReady }));
        foreach (var model in new[] { Model, Version })
        {
            get(model, context => Say(context, Described(context)));
            get(model + "/ready", context => Ready(context, new() { ["name"] = Required(context).Name, ["ready"] = pool.IsReady }));
            post(model + Infer, Answer);
        }
    }

    private static Task Say(HttpContext context, JsonObject document) => WebAnswer.Document(context, document);

    private Task Ready(HttpContext context, JsonObject document)
    {
        context.Response.StatusCode = pool.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Say(context, document);
    }

    private (string Name, string Version) Required(HttpContext context)
    {
        var version = pool.Version;
        if ((string)context.GetRouteValue("name")! != name)
            throw new RequestException(StatusCodes.Status404NotFound, $"The model here is {name}.");
        return context.GetRouteValue("version") is not string asked || asked == version ? (name, version)
            : throw new RequestException(StatusCodes.Status404NotFound, $"The version of {name} here is {version}.");
    }

    private JsonObject Described(HttpContext context)
    {
        var (model, version) = Required(context);
        var (shape, classes) = (pool.Shape, pool.Classes.Count);
        return new JsonObject
        {
            ["name"] = model, ["versions"] = new JsonArray(version), ["platform"] = "weft",
            ["inputs"] = new JsonArray(Tensor(InferRequest.Input, InferRequest.DataType, -1, shape.Channels, shape.Height, shape.Width)),
            ["outputs"] = new JsonArray(Tensor("probabilities", "FP32", -1, classes), Tensor("logits", "FP32", -1, classes), Tensor("class", "BYTES", -1)),
        };
    }

    private static JsonObject Tensor(string tensor, string type, params int[] shape) =>
        new() { ["name"] = tensor, ["datatype"] = type, ["shape"] = new JsonArray([.. shape.Select(size => JsonValue.Create(size))]) };

    private Task Answer(HttpContext context)
    {
        Required(context);
        int? jsonLength = context.Request.Headers[InferAnswer.LengthHeader] is [{ } text]
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
                : throw RequestException.Bad($"{InferAnswer.LengthHeader} is a number of bytes.")
            : null;
        return _bodies.Use(context, ServeServer.BatchBytes, async body =>
        {
            var request = InferRequest.Parse(body, jsonLength, pool.Shape, ServeServer.MostPictures);
            var answer = await pool.AskAsync(request.Images, explain: false, context.RequestAborted);
            var (bytes, json) = InferAnswer.Of(request, answer, name);
            if (json is not null)
                context.Response.Headers[InferAnswer.LengthHeader] = json.Value.ToString(CultureInfo.InvariantCulture);
            await WebAnswer.Bytes(context, json is null ? "application/json" : "application/octet-stream", bytes);
        });
    }
}
