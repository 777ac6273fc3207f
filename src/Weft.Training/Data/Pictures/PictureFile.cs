using System.Buffers.Binary;
using System.Text;

namespace Weft.Training;

/// <param name="Name">The file's; with <c>#number</c> where a file holds many.</param>
/// <param name="Pixels">[height, width, channels].</param>
public sealed record NamedPicture(string Name, FeatureShape Shape, byte[] Pixels);

/// <summary>Pictures from files: PNG, PGM and PPM (binary, 8 bits), and IDX with any number of images.</summary>
public static class PictureFile
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="name">For messages and <see cref="NamedPicture.Name"/>.</param>
    /// <exception cref="WeftException">Exit 2: no such picture, or damaged.</exception>
    public static IReadOnlyList<NamedPicture> Read(ReadOnlySpan<byte> file, string name)
    {
        try
        {
            if (file.StartsWith(PngSignature))
                return PngReader.Read(file) is var (shape, pixels) ? [new NamedPicture(name, shape, pixels)] : [];
            if (file.StartsWith("P5"u8) || file.StartsWith("P6"u8))
                return [Netpbm(file, name)];
            if (file.Length >= 16 && file.StartsWith((ReadOnlySpan<byte>)[0, 0, 8, 3]))
                return Idx(file, name);
        }
        catch (InvalidDataException damage)
        {
            throw new WeftException(ExitCode.Usage, "this picture cannot be read", damage) { Where = name, Found = damage.Message, Safe = "nothing was touched" };
        }

        throw new WeftException(ExitCode.Usage, "this is no picture that can be read")
        {
            Where = name, Expected = "PNG, PGM or PPM (binary), or an IDX file of images", Found = file.IsEmpty ? "an empty file" : $"{file.Length} bytes that begin with {Convert.ToHexStringLower(file[..Math.Min(4, file.Length)])}",
            Safe = "nothing was touched", Do = file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? "convert the JPEG to PNG" : null,
        };
    }

    private static List<NamedPicture> Idx(ReadOnlySpan<byte> file, string name)
    {
        var (count, height, width) = (BinaryPrimitives.ReadInt32BigEndian(file[4..]), BinaryPrimitives.ReadInt32BigEndian(file[8..]), BinaryPrimitives.ReadInt32BigEndian(file[12..]));
        if (count < 0 || height < 1 || width < 1 || file.Length - 16 != (long)count * height * width)
            throw new InvalidDataException($"the header says {count} images of {height} × {width} but {file.Length - 16} bytes follow");
        var pictures = new List<NamedPicture>(count);
        for (var i = 0; i < count; i++)
            pictures.Add(new NamedPicture($"{name}#{i}", new FeatureShape(height, width, 1), file.Slice(16 + i * height * width, height * width).ToArray()));
        return pictures;
    }

    // P5 or P6, width, height, largest value, each followed by white space or comments; then the bytes.
    private static NamedPicture Netpbm(ReadOnlySpan<byte> file, string name)
    {
        var channels = file[1] == '5' ? 1 : 3;
        var at = 2;
        Span<int> numbers = stackalloc int[3];
        for (var i = 0; i < 3; i++)
        {
            var digits = new StringBuilder();
            for (; at < file.Length && (digits.Length == 0 || char.IsAsciiDigit((char)file[at])); at++)
            {
                if (file[at] == '#')
                    at += Math.Max(0, file[at..].IndexOf((byte)'\n'));
                else if (char.IsAsciiDigit((char)file[at]))
                    digits.Append((char)file[at]);
                else if (!char.IsWhiteSpace((char)file[at]))
                    throw new InvalidDataException("the header is no PGM's or PPM's");
            }

            if (digits.Length > 5 || !int.TryParse(digits.ToString(), out numbers[i]) || numbers[i] < 1)
                throw new InvalidDataException("the header is no PGM's or PPM's");
        }

        var shape = new FeatureShape(numbers[1], numbers[0], channels);
        if (numbers[2] != 255 || file.Length - at - 1 != shape.Length)
            throw new InvalidDataException($"expected {(long)numbers[0] * numbers[1] * channels} bytes of values up to 255, found {file.Length - at - 1} up to {numbers[2]}");
        return new NamedPicture(name, shape, file[(at + 1)..].ToArray());
    }
}
