using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// Reads what PyTorch's <c>save</c> writes since version 1.6: a zip whose <c>data.pkl</c> is a table of tensors and whose <c>data/KEY</c> hold their values.
/// </summary>
internal static class PyTorchFile
{
    private const string Format = "PyTorch";
    private const string Pickle = "/data.pkl";
    private const int LongestPickle = 16 << 20;
    private const int MostEntries = 65_536;
    private const int DeepestTable = 4; // {"model": {"state_dict": …}}

    private static readonly string[] Keys = ["state_dict", "model", "model_state_dict"];

    private static readonly Dictionary<string, int> Sizes = new() { ["Float"] = 4, ["Half"] = 2, ["BFloat16"] = 2 };

    public static WeightsFile Read(ReadOnlyMemory<byte> file, string where)
    {
        try
        {
            using var stream = MemoryMarshal.TryGetArray(file, out var bytes) ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
                : new MemoryStream(file.ToArray(), writable: false);
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            if (zip.Entries.Count > MostEntries)
                throw ForeignFile.Damaged(Format, where, $"{zip.Entries.Count} entries");
            var pickle = zip.Entries.Where(entry => entry.FullName.EndsWith(Pickle, StringComparison.Ordinal)).ToList() is [var only]
                ? only : throw ForeignFile.Damaged(Format, where, "a zip without exactly one data.pkl");
            var folder = pickle.FullName[..^Pickle.Length];
            if (zip.GetEntry(folder + "/byteorder") is { } order && !Content(order, 16, where).AsSpan().SequenceEqual("little"u8))
                throw ForeignFile.Damaged(Format, where, "values with the highest byte first");
            var table = new PickleMachine(Content(pickle, LongestPickle, where), where).Run();
            return new Reading(zip, folder, where, file.Length).Of(table);
        }
        catch (InvalidDataException damage)
        {
            throw ForeignFile.Damaged(Format, where, damage.Message, damage);
        }
    }

    // What is compressed says how long it is, and may lie: no more than that is ever read.
    private static byte[] Content(ZipArchiveEntry entry, long limit, string where)
    {
        if (entry.Length > limit)
            throw ForeignFile.Damaged(Format, where, $"{entry.FullName} of {entry.Length} bytes; at most {limit} are read");
        using var stream = entry.Open();
        var content = new byte[entry.Length];
        return stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length && stream.ReadByte() < 0
            ? content : throw ForeignFile.Damaged(Format, where, $"{entry.FullName} is not as long as it says");
    }

    /// <param name="limit">How many bytes all values may have together: a stored zip is longer than what it holds.</param>
    private sealed class Reading(ZipArchive zip, string folder, string where, long limit)
    {
        private readonly Dictionary<string, byte[]> _storages = new(StringComparer.Ordinal);
        private readonly List<NamedTensor> _tensors = [];
        private readonly List<string> _others = [];
        private long _values;

        public WeightsFile Of(object? table)
        {
            Add(table, "", DeepestTable);
            if (_tensors.Select(tensor => tensor.Name).Distinct(StringComparer.Ordinal).Count() != _tensors.Count)
                throw ForeignFile.Damaged(Format, where, "two tensors of one name");
            if (_tensors.Count == 0)
                throw ForeignFile.Damaged(Format, where, "a table without tensors of floats");
            return new WeightsFile(Format, _tensors, _others);
        }

        private void Add(object? value, string name, int depth)
        {
            switch (value)
            {
                case Dictionary<object, object?> table when depth > 0:
                    // A checkpoint of a training has the weights under a key of their own; its other tables are not the network's.
                    if (Keys.Select(key => table.GetValueOrDefault(key)).OfType<Dictionary<object, object?>>().FirstOrDefault() is { } weights)
                    {
                        Add(weights, name, depth - 1);
                        break;
                    }

                    foreach (var (key, entry) in table)
                        Add(entry, name.Length == 0 ? $"{key}" : $"{name}.{key}", depth - 1);
                    break;
                case PickleCall { Name: "torch._utils._rebuild_parameter", Arguments: [PickleCall tensor, ..] }:
                    Add(tensor, name, depth);
                    break;
                case PickleCall
                {
                    Arguments: [PicklePersistent { Id: ["storage", PickleGlobal type, string key, ..] }, long offset, object?[] sizes, object?[] strides, ..],
                }:
                    var kind = type.Name["torch.".Length..].Replace("Storage", "", StringComparison.Ordinal);
                    if (Sizes.TryGetValue(kind, out var size))
                        _tensors.Add(Tensor(name, kind, size, Storage(key), offset, Numbers(sizes, name), Numbers(strides, name)));
                    else
                        _others.Add(name);
                    break;
                default:
                    _others.Add(name);
                    break;
            }
        }

        private long[] Numbers(object?[] values, string name) =>
            values.All(value => value is long) ? [.. values.Cast<long>()] : throw Misshapen(name, "no numbers");

        private byte[] Storage(string key) => _storages.TryGetValue(key, out var known) ? known : _storages[key] = Content(
            zip.GetEntry($"{folder}/data/{key}") ?? throw ForeignFile.Damaged(Format, where, "values that are not in the zip"), limit, where);

        private NamedTensor Tensor(string name, string kind, int size, byte[] storage, long offset, long[] sizes, long[] strides)
        {
            var available = storage.Length / size;
            // The farthest element lies inside: then all do, as no stride is negative.
            if (SizeLimit.Product(limit / size, sizes) is not { } length || ForeignFile.Shape(sizes, length) is not { } shape
                || sizes.Length != strides.Length)
                throw Misshapen(name, $"the shape [{string.Join(", ", sizes)}]");
            var last = (Int128)offset;
            for (var i = 0; i < sizes.Length; i++)
                last += strides[i] < 0 ? throw Misshapen(name, "a negative stride") : (Int128)(sizes[i] - 1) * strides[i];
            if (offset < 0 || length > 0 && last >= available || (_values += length * (long)size) > limit)
                throw Misshapen(name, $"values up to {last} of {available}");
            var values = new float[length];
            var place = new int[sizes.Length];
            for (var i = 0; i < length; i++)
            {
                var at = offset;
                for (var d = 0; d < place.Length; d++)
                    at += place[d] * strides[d];
                var bytes = storage.AsSpan((int)at * size, size);
                values[i] = kind switch
                {
                    "Float" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                    "Half" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
                    _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
                };
                for (var d = place.Length - 1; d >= 0 && ++place[d] == sizes[d]; d--)
                    place[d] = 0;
            }

            return new NamedTensor(name, [.. shape], values);
        }

        private WeftException Misshapen(string name, string found) => ForeignFile.Damaged(Format, where, $"{name} has {found}");
    }
}
