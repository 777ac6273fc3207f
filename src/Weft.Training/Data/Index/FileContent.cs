using System.Globalization;

namespace Weft.Training;

/// <summary>A picture that is a file of its own.</summary>
internal sealed class FileContent(string path) : IPictureContent
{
    public string? Stamp
    {
        get
        {
            try
            {
                var file = new FileInfo(path);
                if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                    file = target;
                return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}") : null;
            }
            catch (Exception absent) when (DiskFailure.Is(absent))
            {
                return null; // whoever reads it is told
            }
        }
    }

    public bool IsLink => new FileInfo(path).LinkTarget is not null;

    public byte[] Read() => RegularFile.ReadAllBytes(path, PictureLimits.FileBytes);
}
