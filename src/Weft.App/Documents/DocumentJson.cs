using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Weft.Training;

namespace Weft.App;

/// <summary>How the objects of <c>--json</c> are written: every one that a command prints is named here.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AnalysisDocument))]
[JsonSerializable(typeof(BenchDocument))]
[JsonSerializable(typeof(BenchLoaderDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(ConfigurationDifferencesDocument))]
[JsonSerializable(typeof(ConfigurationDocument))]
[JsonSerializable(typeof(ConfigurationKeysDocument))]
[JsonSerializable(typeof(ContestDocument))]
[JsonSerializable(typeof(DataAuditDocument))]
[JsonSerializable(typeof(DataGetDocument))]
[JsonSerializable(typeof(DataShowDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(EvaluationDocument))]
[JsonSerializable(typeof(ExportDocument))]
[JsonSerializable(typeof(HoverDocument))]
[JsonSerializable(typeof(ImportDocument))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(LearningRateSearchDocument))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(ModelDocument))]
[JsonSerializable(typeof(ModelsDocument))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(PredictionEntry))]
[JsonSerializable(typeof(PredictionFailureEntry))]
[JsonSerializable(typeof(PredictionNoteEntry))]
[JsonSerializable(typeof(PredictionTableDocument))]
[JsonSerializable(typeof(RefusalDocument))]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(RestoredConfigurationDocument))]
[JsonSerializable(typeof(ReviewDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(RunsDocument))]
[JsonSerializable(typeof(SeedsDocument))]
[JsonSerializable(typeof(ServeDocument))]
[JsonSerializable(typeof(ServedPredictionsDocument))]
[JsonSerializable(typeof(StudioDocument))]
[JsonSerializable(typeof(StudyProgressDocument))]
[JsonSerializable(typeof(SweepDocument))]
[JsonSerializable(typeof(SweepPlanDocument))]
[JsonSerializable(typeof(SweepRebuiltDocument))]
[JsonSerializable(typeof(SweepStartDocument))]
[JsonSerializable(typeof(TrackDocument))]
[JsonSerializable(typeof(TrainingDocument))]
internal sealed partial class DocumentJson : JsonSerializerContext
{
    /// <summary>The form of a type's document on one line, letters of all languages as they are.</summary>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)OneLine.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions OneLine => field ??=
        new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = Default };
}
