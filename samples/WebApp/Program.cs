// A trained model in a web app: dotnet run --project samples/WebApp -- --model model.safetensors, then
// curl --data-binary @photo.png http://localhost:5000/classify
using Weft.Interchange;
using Weft.Training;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddWeftClassifier(builder.Configuration["model"] ?? "model.safetensors");
var app = builder.Build();
app.MapPost("/classify", async (HttpRequest request, PredictionPool classifier) =>
{
    using var picture = new MemoryStream();
    await request.Body.CopyToAsync(picture);
    try
    {
        var answer = await classifier.PredictPictureAsync(picture.ToArray(), request.HttpContext.RequestAborted);
        return Results.Ok(new { answer.Name, answer.Probability });
    }
    catch (Exception refused) when (refused is WeftException or PredictionRefusedException)
    {
        return Results.Problem(refused.Message, statusCode: refused is WeftException ? 400 : 503);
    }
});
app.Run();
