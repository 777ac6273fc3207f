using System.Globalization;

namespace Weft.Training;

/// <summary>A picture that is a file of its own.</summary>
internal sealed class FileContent(string path) : IPictureContent
{
    public string? Stamp
    {
        get
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}") : null;
        }
    }

    public byte[] Read() => RegularFile.ReadAllBytes(path, PictureLimits.FileBytes);
}
