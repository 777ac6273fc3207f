using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>How evaluations are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EvaluationDocument))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>The form of <c>metrics.json</c>.</summary>
    public static JsonTypeInfo<EvaluationDocument> File => field ??= (JsonTypeInfo<EvaluationDocument>)new JsonSerializerOptions(Default.Options)
    {
        WriteIndented = true, TypeInfoResolver = JsonTypeInfoResolver.WithAddedModifier(Default, EvaluationFigures.AsFile),
    }.GetTypeInfo(typeof(EvaluationDocument));
}
