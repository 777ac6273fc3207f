namespace Weft.Pictures;

/// <summary>
/// From a picture's bytes to a network's input. May be called from any number of threads; the bytes do not depend on them, nor on the width of the processor's
/// vectors. Memory is a few times that of the decoded picture, and the limits say how large that may be.
/// </summary>
public static unsafe class PictureReader
{
    /// <summary>Names the reader, the decoder and the resize: where it is another one, pixels may differ.</summary>
    public const string Version = "reader 1, SkiaSharp 4.155.0, resize 1";

    private const int TwelveBits = 4096;

    /// <summary>Reads what the file says about its picture, and holds it against the limits. No pixel is decoded.</summary>
    /// <exception cref="PictureException">There is no picture, or one that is not read.</exception>
    public static PictureHeader Peek(ReadOnlySpan<byte> file, DecoderLimits? limits = null)
    {
        limits ??= DecoderLimits.Default;
        var header = FileKind.Recognize(file) switch
        {
            PictureFormat.Jpeg => JpegHeader.Read(file),
            PictureFormat.Png => PngHeader.Read(file),
            PictureFormat.WebP => OtherHeaders.WebP(file),
            PictureFormat.Gif => OtherHeaders.Gif(file),
            PictureFormat.Bmp => OtherHeaders.Bmp(file),
            PictureFormat.Ico => OtherHeaders.Ico(file, limits),
            _ => Netpbm.Header(file),
        };
        limits.Check(header, file.Length);
        return header;
    }

    /// <summary>Decodes a picture and brings it into the shape that a policy says.</summary>
    /// <param name="target">Height × width × channels bytes, row by row, the channels of a pixel next to each other.</param>
    /// <returns>What was done to the picture on the way.</returns>
    /// <exception cref="PictureException">There is no picture, or one that is not read; the target is as it was.</exception>
    public static PictureRemarks Read(ReadOnlySpan<byte> file, PicturePolicy policy, Span<byte> target, DecoderLimits? limits = null)
    {
        policy.Check();
        if (target.Length != policy.Length)
            throw new ArgumentException($"The target has {target.Length} bytes; the policy needs {policy.Length}.", nameof(target));
        var header = Peek(file, limits);
        // Decoders fill up what is missing of these two, and say nothing of it.
        if (header is { IsCut: true, Format: PictureFormat.Jpeg or PictureFormat.WebP })
            throw PictureException.EndsEarly();
        var placement = Placement.Of(policy, header.Width, header.Height);
        fixed (byte* bytes = file)
        {
            if (header.Format == PictureFormat.Netpbm)
                return Finish(file, header, null, policy, placement, target, header.Width, header.Height);
            using var decoder = new SkiaDecoder(bytes, file.Length, header);
            var (width, height) = (header.StoredWidth, header.StoredHeight);
            if (policy.DecodeScale && header.Format == PictureFormat.Jpeg)
                (width, height) = SmallestDecoded(decoder, header, placement);
            return Finish(file, header, decoder, policy, placement, target, width, height);
        }
    }

    // The width and height are those of the stored picture, as large as it is decoded.
    private static PictureRemarks Finish(
        ReadOnlySpan<byte> file, PictureHeader header, SkiaDecoder? decoder,
        PicturePolicy policy, Placement placement, Span<byte> target, int width, int height)
    {
        using var decoded = new PixelBuffer(4L * width * height);
        var largest = decoder is null ? Netpbm.Decode(file, decoded.Span) : 0;
        decoder?.Decode(decoded.Span, width, height);
        var remarks = header.FrameCount > 1 ? PictureRemarks.FirstOfAnimation : 0;
        if (header.IsCmyk)
            remarks |= PictureRemarks.CmykConverted;
        if (header.BitsPerChannel > 8)
        {
            if (decoder is not null)
                largest = Pixels.Largest(decoded.Span) << 8;
            remarks |= PictureRemarks.DepthReduced | (largest < TwelveBits ? PictureRemarks.SmallRange : 0);
        }
        if (decoder is { IsOpaque: false } && Pixels.Composite(decoded.Span, policy.Background))
            remarks |= PictureRemarks.AlphaComposited;
        if (header.IsGrey != (policy.Channels == 1))
            remarks |= header.IsGrey ? PictureRemarks.GreyToColor : PictureRemarks.ColorToGrey;
        if (header.Orientation == 1)
            return remarks | Place(decoded, width, height, header, policy, placement, target);
        using var upright = new PixelBuffer(4L * width * height);
        Pixels.Turn(decoded.Span, width, height, header.Orientation, upright.Span);
        if (header.IsTurnedSideways)
            (width, height) = (height, width);
        return remarks | PictureRemarks.Turned | Place(upright, width, height, header, policy, placement, target);
    }

    private static PictureRemarks Place(
        PixelBuffer pixels, int width, int height, PictureHeader header, PicturePolicy policy, Placement placement, Span<byte> target)
    {
        var (window, step) = (placement.Window, 4);
        if (policy.Channels == 1)
        {
            Pixels.ToGrey(pixels.Span);
            step = 1;
        }
        var remarks = (window.ResizedWidth, window.ResizedHeight) == (header.Width, header.Height) ? 0 : PictureRemarks.Resized;
        if ((window.Width, window.Height) != (window.ResizedWidth, window.ResizedHeight))
            remarks |= PictureRemarks.Cropped;
        if ((window.Width, window.Height) != (policy.Width, policy.Height))
        {
            remarks |= PictureRemarks.Padded;
            Pixels.Fill(target, policy.Channels, policy.Background);
        }
        var stride = policy.Width * policy.Channels;
        PictureScaling.Resize(
            pixels.WithMargin[..(width * height * step + PixelBuffer.Margin)], width, height, step,
            target[(placement.Y * stride + placement.X * policy.Channels)..], stride, window, policy.Filter);
        return remarks;
    }

    // A side that is at least twice what is needed leaves the resize something to average.
    private static (int Width, int Height) SmallestDecoded(SkiaDecoder decoder, PictureHeader header, Placement placement)
    {
        foreach (var divisor in (ReadOnlySpan<int>)[8, 4, 2])
        {
            var (width, height) = decoder.Scaled(divisor);
            var (across, down) = header.IsTurnedSideways ? (height, width) : (width, height);
            if (across >= 2 * placement.Window.ResizedWidth && down >= 2 * placement.Window.ResizedHeight)
                return (width, height);
        }
        return (header.StoredWidth, header.StoredHeight);
    }
}
