using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>How the documents of an analysis are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AnalysisDocument))]
[JsonSerializable(typeof(CasesDocument))]
internal sealed partial class AnalysisJson : JsonSerializerContext
{
    /// <summary>The form of <c>analysis.json</c>.</summary>
    public static JsonTypeInfo<AnalysisDocument> Analysis => (JsonTypeInfo<AnalysisDocument>)Files.GetTypeInfo(typeof(AnalysisDocument));

    /// <summary>The form of <c>cases.json</c>.</summary>
    public static JsonTypeInfo<CasesDocument> Cases => (JsonTypeInfo<CasesDocument>)Files.GetTypeInfo(typeof(CasesDocument));

    // Indented, letters of all languages as they are.
    private static JsonSerializerOptions Files => field ??= new JsonSerializerOptions(Default.Options)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = JsonTypeInfoResolver.WithAddedModifier(Default, EvaluationFigures.AsFile),
    };
}
