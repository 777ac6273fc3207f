using System.Buffers;

namespace Weft.Training;

/// <summary>Replaces whole files so that after a crash or a power failure the old or the new one is there, never a mix.</summary>
internal static class DurableFile
{
    private const string TemporaryEnding = ".tmp";
    private const int ComparedAtOnce = 64 << 10;

    /// <summary>Writes beside the target, flushes, reads back and compares, and only then renames; returns when the rename is durable too.</summary>
    /// <param name="keepPrevious">Where the file being replaced goes first, or null.</param>
    /// <exception cref="IOException">A step failed; the old file is untouched.</exception>
    public static void Write(IFiles files, string path, ReadOnlyMemory<byte> content, string? keepPrevious = null)
    {
        var temporary = path + TemporaryEnding;
        if (files.Exists(temporary))
            files.Delete(temporary); // only the run's owner writes here, so it is what a crash of ours left
        try
        {
            using (var file = files.CreateNew(temporary))
            {
                file.Write(content.Span);
                files.Flush(file);
            }

            if (!ReadsBack(files, temporary, content.Span))
                throw new IOException($"{temporary} reads back differently from what was written");
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            TryDelete(files, temporary);
            throw;
        }

        var folder = Path.GetDirectoryName(path)!;
        if (keepPrevious is not null && files.Exists(path))
            files.Replace(path, keepPrevious);
        files.Replace(temporary, path);
        files.FlushFolder(folder);
    }

    private static bool ReadsBack(IFiles files, string path, ReadOnlySpan<byte> content)
    {
        using var file = files.OpenRead(path);
        var part = ArrayPool<byte>.Shared.Rent(ComparedAtOnce);
        try
        {
            while (true)
            {
                var read = file.ReadAtLeast(part.AsSpan(0, ComparedAtOnce), ComparedAtOnce, throwOnEndOfStream: false);
                if (read == 0)
                    return content.IsEmpty;
                if (read > content.Length || !part.AsSpan(0, read).SequenceEqual(content[..read]))
                    return false;
                content = content[read..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }

    private static void TryDelete(IFiles files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            // the write's own failure is the one to tell; the leftover is replaced by the next write
        }
    }
}
