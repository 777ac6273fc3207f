using Weft.Pictures;

namespace Weft.Training;

/// <summary>
/// Pictures from files, one by one, as a network takes them: PNG, PGM and PPM (text and binary, up to 16 bits), and IDX files of any number of images, plain or
/// gzip. Such a picture is read row by row, so that memory depends neither on its size nor on the number of pictures.
/// </summary>
public static class PictureFile
{
    /// <summary>What is read, for messages.</summary>
    public const string Kinds = "PNG, PGM or PPM, or an IDX file of images, plain or gzip";

    private const string NothingTouched = "nothing was touched";

    /// <summary>The pictures of a file, read while they are enumerated.</summary>
    /// <param name="target">What the network takes: height, width and 1 or 3 channels.</param>
    /// <param name="invert">Bright becomes dark: for pictures on a white ground.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: there is no such picture, or it is damaged; <see cref="ErrorKind.DatasetDamaged"/>: a gzip file is damaged;
    /// <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public static IEnumerable<FittedPicture> Read(string path, FeatureShape target, bool invert = false)
    {
        using var file = Open(path);
        foreach (var picture in Read(file, path, target, invert))
            yield return picture;
    }

    /// <summary>The pictures of a file as a model takes them.</summary>
    /// <param name="first">In an IDX file the image to begin with.</param>
    /// <inheritdoc cref="Read(string, FeatureShape, bool)"/>
    internal static IEnumerable<FittedPicture> Read(string path, PictureInput input, int first = 0)
    {
        using var file = Open(path);
        if (Told(() => Whole(file, path, input), path) is { } picture)
        {
            yield return picture;
            yield break;
        }

        foreach (var one in Read(file, path, input.Target, input.Invert, first))
            yield return one;
    }

    /// <inheritdoc cref="ReadAhead(Stream, string, FeatureShape, bool)"/>
    internal static IEnumerable<FittedPicture> ReadAhead(Stream file, string name, PictureInput input)
    {
        using var content = Ahead(file, name);
        if (Told(() => Whole(content, name, input), name) is { } whole)
        {
            yield return whole;
            yield break;
        }

        foreach (var picture in Read(content, name, input.Target, input.Invert, first: 0))
            yield return picture;
    }

    // A picture that is decoded as a whole: by a model's policy, or adapted to a model that was trained on arrays. Null where it is read row by row, as it is.
    private static FittedPicture? Whole(Stream file, string name, PictureInput input)
    {
        if (input.Policy is { } policy)
            return Fitted(file, name, policy, input.Invert);
        var start = new byte[PictureKinds.Length];
        file.Position = 0;
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start is [0x1F, 0x8B, ..] || start.AsSpan().StartsWith(IdxPictures.Magic))
            return null; // an IDX file, perhaps of hundreds of megabytes, is read image by image
        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        PictureHeader header;
        try
        {
            header = PictureReader.Peek(bytes, PictureAdapter.Limits);
        }
        catch (PictureException)
        {
            return null; // what is told as no picture
        }

        var isReadByRows = header.Format is PictureFormat.Png or PictureFormat.Netpbm;
        var isAsIs = input.AsIs || input.Invert || input.Target.Channels != 1 || (header.Width, header.Height) == (input.Target.Width, input.Target.Height);
        if (isReadByRows && isAsIs)
            return null;
        try
        {
            return (isAsIs ? null : PictureAdapter.Adapt(bytes, name, input)) ?? (isReadByRows ? null
                : Fitted(bytes, name, new PicturePolicy(input.Target.Height, input.Target.Width, input.Target.Channels)
                {
                    Fitting = PictureFitting.Pad, Background = 0,
                }, input.Invert));
        }
        catch (PictureException) when (isReadByRows)
        {
            return null; // which tells what is wrong
        }
        catch (PictureException bad)
        {
            throw Unreadable(name, bad);
        }
    }

    /// <inheritdoc cref="Read(string, FeatureShape, bool)"/>
    /// <param name="file">Seekable; it is read from its start.</param>
    /// <param name="name">For messages and <see cref="FittedPicture.Name"/>.</param>
    public static IEnumerable<FittedPicture> Read(Stream file, string name, FeatureShape target, bool invert = false) =>
        Read(file, name, target, invert, first: 0);

    private static IEnumerable<FittedPicture> Read(Stream file, string name, FeatureShape target, bool invert, int first)
    {
        using var pictures = Told(() => Pictures(file, name, target, invert, first).GetEnumerator(), name);
        while (Told(pictures.MoveNext, name))
            yield return pictures.Current;
    }

    /// <summary>The pictures that a stream without a length brings, such as standard input.</summary>
    /// <inheritdoc cref="Read(Stream, string, FeatureShape, bool)"/>
    /// <exception cref="WeftException">Also <see cref="ErrorKind.InvalidInput"/>: it brings more than is kept in memory.</exception>
    public static IEnumerable<FittedPicture> ReadAhead(Stream file, string name, FeatureShape target, bool invert = false)
    {
        using var content = Ahead(file, name);
        foreach (var picture in Read(content, name, target, invert))
            yield return picture;
    }

    private static FittedPicture Fitted(Stream file, string name, PictureOptions options, bool invert)
    {
        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        try
        {
            return Fitted(bytes, name, options.ToPolicy(), invert);
        }
        catch (PictureException bad)
        {
            throw Unreadable(name, bad);
        }
    }

    private static FittedPicture Fitted(byte[] bytes, string name, PicturePolicy policy, bool invert)
    {
        var pixels = new byte[policy.Height * policy.Width * policy.Channels];
        var changes = ChangesOf(PictureReader.Read(bytes, policy, pixels));
        if (!invert)
            return new FittedPicture(name, pixels, changes);
        foreach (ref var value in pixels.AsSpan())
            value = (byte)(byte.MaxValue - value);
        return new FittedPicture(name, pixels, changes | PictureChanges.Inverted);
    }

    private static WeftException Unreadable(string name, PictureException bad) => new(ErrorKind.InvalidInput, "this picture cannot be read", bad)
    {
        Where = name, Found = bad.Found, Safe = NothingTouched, Next = bad.Advice is { } advice ? new Advice(advice) : null,
    };

    internal static PictureChanges ChangesOf(PictureRemarks remarks)
    {
        (PictureRemarks Remark, PictureChanges Change)[] pairs =
        [
            (PictureRemarks.Turned, PictureChanges.Turned), (PictureRemarks.AlphaComposited, PictureChanges.LaidOverBackground),
            (PictureRemarks.DepthReduced, PictureChanges.DepthReduced), (PictureRemarks.CmykConverted, PictureChanges.InksConverted),
            (PictureRemarks.GreyToColor, PictureChanges.GreyToColor), (PictureRemarks.ColorToGrey, PictureChanges.ColorToGrey),
            (PictureRemarks.FirstOfAnimation, PictureChanges.FirstOfAnimation), (PictureRemarks.Cropped, PictureChanges.Cropped),
            (PictureRemarks.Padded, PictureChanges.Padded),
        ];
        return pairs.Where(pair => remarks.HasFlag(pair.Remark)).Aggregate(PictureChanges.None, (changes, pair) => changes | pair.Change);
    }

    private static MemoryStream Ahead(Stream file, string name)
    {
        var content = new MemoryStream();
        var piece = new byte[1 << 16];
        while (Told(() => file.Read(piece), name) is var read and > 0)
        {
            content.Write(piece, 0, read);
            if (content.Length > PictureLimits.StandardInputBytes)
            {
                throw new WeftException(ErrorKind.InvalidInput, "this picture is too large to be read from a pipe")
                {
                    Where = name, Expected = $"at most {PictureLimits.StandardInputBytes} bytes", Found = "more", Safe = NothingTouched,
                    Next = new Advice("write it to a file and name that"),
                };
            }
        }

        return content;
    }

    private static FileStream Open(string path)
    {
        try
        {
            var file = RegularFile.OpenRead(path);
            if (file.Length <= PictureLimits.FileBytes)
                return file;
            var length = file.Length;
            file.Dispose();
            throw new WeftException(ErrorKind.InvalidInput, "this file is too large for a picture")
            {
                Where = path, Expected = $"at most {PictureLimits.FileBytes} bytes", Found = $"{length} bytes", Safe = NothingTouched,
            };
        }
        catch (NotRegularFileException other)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this is no picture that can be read", other)
            {
                Where = path, Expected = "a regular file: " + Kinds, Found = other.Found, Safe = NothingTouched,
            };
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException
            || (missing is ArgumentException && missing is not ArgumentOutOfRangeException))
        {
            throw new WeftException(ErrorKind.InvalidInput, "there is no such picture", missing) { Where = path, Safe = NothingTouched };
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "this picture cannot be read", path, NothingTouched);
        }
    }

    private static IEnumerable<FittedPicture> Pictures(Stream file, string name, FeatureShape target, bool invert, int first)
    {
        var start = new byte[PictureKinds.Length];
        file.Position = 0;
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        if (start.AsSpan().StartsWith(PngReader.Signature))
            return [PngReader.Read(file, name, target, invert)];
        if (start is [(byte)'P', var kind, ..] && NetpbmReader.IsKind(kind))
            return NetpbmReader.Read(file, name, target, invert);
        if (start.AsSpan().StartsWith(IdxPictures.Magic))
            return IdxPictures.Read(file, name, target, invert, first);
        if (start is [0x1F, 0x8B, ..])
            return IdxPictures.ReadGzip(file, name, target, invert, first);
        throw new WeftException(ErrorKind.InvalidInput, "this is no picture that can be read")
        {
            Where = name, Expected = Kinds, Found = PictureKinds.NameOf(start), Safe = NothingTouched, Next = PictureKinds.AdviceFor(start, name),
        };
    }

    private static T Told<T>(Func<T> read, string name)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException damage)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this picture cannot be read", damage)
            {
                Where = name, Found = damage.Message, Safe = NothingTouched,
            };
        }
        catch (IOException failure)
        {
            throw DiskFailure.ToError(failure, "this picture cannot be read", name, NothingTouched);
        }
    }
}
