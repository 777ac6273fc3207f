// Trains small cases and compares the weights they end with, bit for bit, with those that an earlier version of Weft ended with on vectors of the same width:
//   dotnet run eng/samebits.cs -- [--weft PATH] [--case NAME] [--record VERSION] [--widths 256,128,0]
// Without --record it compares with bench/results/same-bits.json and ends with 1 where a case differs; with it, that file gets what was found.
#:property PublishAot=false
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
const string Known = "bench/results/same-bits.json";
var options = new Dictionary<string, string>
{
    ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft",
    ["case"] = "",
    ["record"] = "",
    ["widths"] = "",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"samebits: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

(string Name, string Line)[] cases =
[
    ("small", "--model small --epochs 1 --limit-train 2000 --limit-validation 500"),
    ("cnn4-seed-0", "--model cnn4 --epochs 2 --limit-train 4000 --seed 0"),
    ("cnn4-seed-5", "--model cnn4 --epochs 2 --limit-train 4000 --seed 5"),
    ("cnn5", "--model cnn5 --epochs 1 --limit-train 600 --limit-validation 500"),
    ("googlenet", "--model googlenet --epochs 1 --limit-train 500 --limit-validation 500"),
    ("resnet9", "--model resnet9 --epochs 1 --limit-train 300 --limit-validation 200"),
    ("wideresnet", "--model wideresnet --epochs 1 --limit-train 100 --limit-validation 100 --set training.batch_size=32"),
    ("sam-ema-mixup",
        "--model small --epochs 2 --limit-train 1000 --limit-validation 500 --set optimizer.sam_rho=0.05 --set training.ema_decay=0.99 --set "
        + "augmentation.mixup=0.2"),
    ("adamw-clip-augmented",
        "--model small --epochs 1 --limit-train 1000 --limit-validation 500 --set optimizer.name=adamw --set optimizer.learning_rate=0.002 "
        + "--set optimizer.weight_decay=0.05 --set optimizer.clip_norm=1 --set augmentation.horizontal_flip=0.5 --set augmentation.rotation=10 --set "
            + "augmentation.shift=0.1 "
        + "--set augmentation.random_crop=2 --set augmentation.random_erasing=0.5 --set augmentation.cutmix=1 --set training.label_smoothing=0.1"),
    ("adam-plateau", "--model small --epochs 3 --limit-train 500 --limit-validation 500 --set optimizer.name=adam --set optimizer.learning_rate=0.01 "
        + "--set schedule.name=reduce_on_plateau --set schedule.patience=0 --set model.normalization=group --set model.activation=gelu"),
    ("rmsprop-warm-cosine", "--model cnn4 --epochs 1 --limit-train 500 --limit-validation 500 --set optimizer.name=rmsprop --set optimizer.learning_rate=0.001 "
        + "--set schedule.name=cosine --set schedule.warm_up_epochs=0.5 --set model.dropout=0.3 --set model.spatial_dropout=0.1"),
    ("recipe-default-step", "--recipe study/cnn4 --epochs 1 --limit-train 500 --limit-validation 500 --set schedule.name=step --set schedule.every_epochs=1"),
];
var known = File.Exists(Known) ? JsonNode.Parse(File.ReadAllText(Known))!.AsObject() : new JsonObject();
int[] widths = options["widths"].Length > 0 ? [.. options["widths"].Split(',').Select(int.Parse)] : [-1];
var weft = Path.GetFullPath(options["weft"]);
var runs = Directory.CreateTempSubdirectory("weft-samebits-").FullName;
var (same, other, unknown) = (0, 0, 0);
foreach (var width in widths)
{
    foreach (var (name, line) in cases.Where(one => options["case"].Length == 0 || one.Name == options["case"]))
    {
        var (bits, hash) = Train($"{name}-{width}", line, width);
        var row = known[$"{bits}"] as JsonObject;
        if (options["record"].Length > 0)
        {
            if (row is null)
                known[$"{bits}"] = row = [];
            row[name] = hash;
            Console.WriteLine($"{bits} bits, {name}: {hash[..16]} recorded");
            continue;
        }

        var before = (string?)row?[name];
        Console.WriteLine(
            $"{bits} bits, {name}: {hash[..16]} "
            + $"{(before is null ? "is not recorded for this width" : before == hash ? "same" : $"DIFFERS from {before[..16]}")}");
        _ = before is null ? unknown++ : before == hash ? same++ : other++;
    }
}

Directory.Delete(runs, recursive: true);
if (options["record"].Length > 0)
{
    known["version"] = options["record"];
    File.WriteAllText(Known, known.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    return 0;
}

Console.WriteLine($"{same} same, {other} differ, {unknown} not recorded (recorded by {known["version"]})");
return other > 0 || same == 0 ? 1 : 0;

static string ScriptPath([CallerFilePath] string path = "") => path;

(int Bits, string Hash) Train(string name, string line, int width)
{
    var start = new ProcessStartInfo(weft) { RedirectStandardOutput = true, RedirectStandardError = true };
    foreach (var part in $"train {line} --name {name} --runs".Split(' ').Append(runs).Append("--quiet"))
        start.ArgumentList.Add(part);
    string[] off = width switch { 256 => ["DOTNET_EnableAVX512"], 128 => ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2"], 0 => ["DOTNET_EnableHWIntrinsic"],
        _ => [] };
    foreach (var variable in off)
        start.Environment[variable] = "0";
    using var process = Process.Start(start)!;
    var errors = process.StandardError.ReadToEndAsync();
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{name} ended with {process.ExitCode}: {errors.Result}");
    var bytes = File.ReadAllBytes(Path.Combine(runs, name, "checkpoints", "last.safetensors"));
    var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
    var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    foreach (var (tensor, place) in header.Where(entry => entry.Key != "__metadata__").OrderBy(entry => entry.Key, StringComparer.Ordinal))
    {
        hash.AppendData(Encoding.UTF8.GetBytes($"{tensor} {place!["shape"]!.ToJsonString()}\n"));
        hash.AppendData(bytes.AsSpan(8 + length + (int)place["data_offsets"]![0]!, (int)place["data_offsets"]![1]! - (int)place["data_offsets"]![0]!));
    }

    return (int.Parse((string)header["__metadata__"]!["vector_bits"]!), Convert.ToHexStringLower(hash.GetHashAndReset()));
}
