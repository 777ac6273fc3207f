using System.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Weft.Pictures;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// <c>POST /predict</c>: a picture as the body, its pixels as they are, or several pictures as parts of a form; the answer has the keys and the bits of
/// <c>weft predict --json</c>. With <c>?details=1</c> it says what the network saw and where it looked,
/// with <c>?calibrated=1</c> the probabilities are those of <c>--calibrated</c>.
/// </summary>
internal sealed class PredictRoute(PredictionPool pool, string name)
{
    private const string Pixels = "application/octet-stream";
    private const string Form = "multipart/form-data";
    private const long MostHeld = 256 << 20;
    private const int MostPartHeaders = 4 << 10;

    private static readonly DecoderLimits Limits = new() { MaximumSide = 4000, MaximumPixels = 16_000_000 };
    private static readonly string Expected = $"image/png (or another picture's type), {Pixels} or {Form}";

    private readonly RequestBodies _bodies = new(MostHeld);
    private readonly SemaphoreSlim _decoding = new(Environment.ProcessorCount);

    public Task Answer(HttpContext context)
    {
        var type = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var given) ? given : new MediaTypeHeaderValue("*/*");
        var isForm = type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase);
        var isPixels = type.MediaType.Equals(Pixels, StringComparison.OrdinalIgnoreCase);
        if (!isForm && !isPixels && !type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
            throw RequestException.Bad($"Content-Type is {Expected}; it was {Printable.Escape(context.Request.ContentType ?? "missing")}.");
        var model = pool.Current.Model;
        return _bodies.Use(context, isForm ? ServeServer.BatchBytes : ServeServer.PictureBytes, async body => await Answer(
            context, isPixels ? [ReadPixels(body, model.Shape)] : await Decode(isForm ? await Parts(body, type) : [("picture", body)], model, context)));
    }

    /// <summary>The files of a form, in their order; what is no file is passed over.</summary>
    /// <exception cref="RequestException">It is no form, or has too many files.</exception>
    internal static async Task<IReadOnlyList<(string Name, byte[] File)>> Parts(byte[] body, MediaTypeHeaderValue type)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        if (boundary.Length is 0 or > 70)
            throw RequestException.Bad($"{Form} has a boundary of 1 to 70 letters.");
        var reader = new MultipartReader(boundary.ToString(), new MemoryStream(body)) { HeadersCountLimit = 16, HeadersLengthLimit = MostPartHeaders };
        var files = new List<(string, byte[])>();
        try
        {
            while (await reader.ReadNextSectionAsync() is { } section)
            {
                var isNamed = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition);
                if (isNamed && disposition!.FileName.Length == 0 && disposition.FileNameStar.Length == 0)
                    continue; // a field of the form
                if (files.Count == ServeServer.MostPictures)
                    throw RequestException.TooLong($"At most {ServeServer.MostPictures} pictures are answered at once.");
                using var file = new MemoryStream();
                await section.Body.CopyToAsync(file);
                var named = disposition is null ? default : disposition.FileNameStar.Length > 0 ? disposition.FileNameStar : disposition.FileName;
                files.Add((HeaderUtilities.RemoveQuotes(named).ToString() is { Length: > 0 } text ? text : $"picture {files.Count}", file.ToArray()));
            }
        }
        catch (Exception damage) when (damage is InvalidDataException or IOException or ArgumentException) // the last: an empty filename*
        {
            throw RequestException.Bad("The form is damaged or ends early.");
        }

        return files.Count > 0 ? files : throw RequestException.Bad("The form has no file.");
    }

    /// <summary>The pictures of files, as <c>weft predict</c> reads them.</summary>
    /// <exception cref="WeftException">One is damaged, or no picture.</exception>
    internal static IEnumerable<FittedPicture> Read(string name, byte[] file, PictureInput input)
    {
        try
        {
            PictureReader.Peek(file, Limits);
        }
        catch (PictureException bad)
        {
            throw RequestException.Bad($"{Printable.Escape(name)}: {bad.Message}");
        }

        return PictureFile.ReadAhead(new MemoryStream(file, writable: false), name, input);
    }

    // One thread a core decodes at a time: a picture may take a hundred times the memory of its file. Who waits longer than the deadline is refused here too.
    private async Task<IReadOnlyList<FittedPicture>> Decode(IReadOnlyList<(string Name, byte[] File)> files, TrainedModel model, HttpContext context)
    {
        var begun = Stopwatch.GetTimestamp();
        if (!await _decoding.WaitAsync(pool.Deadline, context.RequestAborted))
            throw new PredictionRefusedException(PredictionRefusal.TooLate);
        try
        {
            var pictures = new List<FittedPicture>();
            foreach (var picture in files.SelectMany(file => Read(file.Name, file.File, model.PictureInput)))
            {
                context.RequestAborted.ThrowIfCancellationRequested();
                if (Stopwatch.GetElapsedTime(begun) > pool.Deadline)
                    throw new PredictionRefusedException(PredictionRefusal.TooLate);
                if (pictures.Count == ServeServer.MostPictures)
                    throw RequestException.TooLong($"At most {ServeServer.MostPictures} pictures are answered at once.");
                pictures.Add(picture);
            }

            return pictures;
        }
        finally
        {
            _decoding.Release();
        }
    }

    private static FittedPicture ReadPixels(byte[] body, FeatureShape shape) => body.Length == shape.Length
        ? new FittedPicture("pixels", body, PictureChanges.None)
        : throw RequestException.Bad($"{Pixels} is exactly {shape.Length} bytes: height {shape.Height}, width {shape.Width}, channels {shape.Channels}, "
            + $"channels last; {body.Length} came.");

    // Where the training pictures lie is nobody's business.
    private static PredictionEntry Entry(FittedPicture picture, ImagePrediction prediction, Unlikeness? unlike, double? temperature) =>
        new PredictedPicture(picture.Name, picture) { Prediction = prediction, Unlike = unlike, Temperature = temperature }.Entry! with { Nearest = null };

    private async Task Answer(HttpContext context, IReadOnlyList<FittedPicture> pictures)
    {
        var wantsDetails = context.Request.Query["details"] == "1";
        var answer = await pool.AskAsync([.. pictures.Select(picture => picture.Pixels)], wantsDetails, context.RequestAborted);
        var shape = answer.Model.Model.Shape;
        double? temperature = context.Request.Query["calibrated"] == "1" ? CalibratedPrediction.TemperatureOf(answer.Model.Model, name) : null;
        await WebAnswer.Document(context, new ServedPredictionsDocument(
            [.. pictures.Select((picture, i) => Entry(picture, answer.Predictions[i], answer.Unlike?[i], temperature))],
            new ServedModelEntry(name, answer.Model.Version))
        {
            Temperature = temperature,
            Details = !wantsDetails ? null : [.. pictures.Select((picture, i) => new PredictionDetailsEntry(
                shape.Height, shape.Width, shape.Channels, picture.Pixels,
                answer.Saliency?[i].Select(value => (byte)Math.Round(value * byte.MaxValue)).ToArray()))],
        });
    }
}
